"""What Assay's services say to each other: events, wire models, clients and fakes, owned by the provider of each."""
