"""The wire format between judge, service and sandbox: frames of JSON, and a closed codec for values."""
