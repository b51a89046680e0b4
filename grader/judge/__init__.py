"""The trusted side: runs a hidden suite against an app that it sees from outside."""
