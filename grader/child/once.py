"""Does one job in a process started for it alone, where there is no fork."""

import json
import sys

from grader.child import jobs

if __name__ == "__main__":
    jobs.run(json.loads(sys.argv[1]))
