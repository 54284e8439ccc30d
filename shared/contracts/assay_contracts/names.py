"""What the services are called: in addresses, in the wiring, in names of databases and secrets."""

SERVICES = ("directory", "dps-admission", "assessment", "risk")
