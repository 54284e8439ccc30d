"""`python -m assay`, for programs that the supervisor starts."""

from assay.command import main

main()
