"""The life of a framework version. Pure."""

from enum import StrEnum

from assay_kit.steps import Life


class FrameworkStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class FrameworkStep(StrEnum):
    PUBLISH = "publish"
    RETIRE = "retire"


FRAMEWORK_LIFE: Life[FrameworkStatus, FrameworkStep] = Life(
    "framework",
    FrameworkStatus.DRAFT,
    {
        (FrameworkStatus.DRAFT, FrameworkStep.PUBLISH): FrameworkStatus.PUBLISHED,
        (FrameworkStatus.PUBLISHED, FrameworkStep.RETIRE): FrameworkStatus.RETIRED,
    },
)
