"""Which registers are asked, where and with what key: ASSAY_CQC_URL, ASSAY_CQC_KEY and so on. None by default."""

from collections.abc import Mapping

from pydantic_settings import BaseSettings, SettingsConfigDict

from risk.registers.clients import USER_AGENT, CompanyRegister, CqcRegister, FoodRegister, RegisterClient
from risk.registers.http import Manners, RegisterHttp
from risk.registers.rules import Register


class RegisterSettings(BaseSettings):
    """A register is asked once its address is given (and its key, where it wants one). Timeouts are in seconds."""

    model_config = SettingsConfigDict(env_prefix="ASSAY_", extra="ignore")

    cqc_url: str = ""
    cqc_key: str = ""
    cqc_timeout_seconds: float = 10.0
    food_url: str = ""
    food_timeout_seconds: float = 10.0
    companies_url: str = ""
    companies_key: str = ""
    companies_timeout_seconds: float = 10.0

    @property
    def asked(self) -> tuple[Register, ...]:
        configured = {
            Register.CQC: bool(self.cqc_url and self.cqc_key),
            Register.FOOD: bool(self.food_url),
            Register.COMPANIES: bool(self.companies_url and self.companies_key),
        }
        return tuple(register for register, is_asked in configured.items() if is_asked)

    def client(self, register: Register) -> RegisterClient:
        match register:
            case Register.CQC:
                headers = {"Ocp-Apim-Subscription-Key": self.cqc_key, "User-Agent": USER_AGENT}
                return CqcRegister(_http(self.cqc_url, headers, Manners(timeout=self.cqc_timeout_seconds)))
            case Register.FOOD:
                headers = {"x-api-version": "2", "User-Agent": USER_AGENT}
                return FoodRegister(_http(self.food_url, headers, Manners(timeout=self.food_timeout_seconds)))
            case Register.COMPANIES:
                manners = Manners(timeout=self.companies_timeout_seconds, per_minute=115)
                return CompanyRegister(
                    RegisterHttp(
                        self.companies_url,
                        headers={"User-Agent": USER_AGENT},
                        auth=(self.companies_key, ""),
                        manners=manners,
                    )
                )


def _http(url: str, headers: Mapping[str, str], manners: Manners) -> RegisterHttp:
    return RegisterHttp(url, headers=headers, manners=manners)
