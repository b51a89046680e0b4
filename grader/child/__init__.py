"""What runs in the processes that hold a learner's code; nothing here is trusted."""
