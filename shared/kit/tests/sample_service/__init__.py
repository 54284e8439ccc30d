"""The smallest service: parcels that are packed and sent. The kit's tests use it."""
