"""HTTP for the service: translate requests to calls of grading and store, and errors to statuses."""
