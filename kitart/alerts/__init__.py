"""One small file a monitoring source, and the way from an alert to an incident."""
