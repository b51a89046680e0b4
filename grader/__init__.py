"""The workbook's grader: it starts a learner's app and judges it from outside."""
