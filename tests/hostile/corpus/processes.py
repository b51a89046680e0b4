"""Processes: those of the judge, and those that stay behind."""

ATTACKS = {
    "import": {
        "judge-killed": "os.kill(JUDGE, signal.SIGKILL)",
        "judge-stopped": "os.kill(JUDGE, signal.SIGSTOP)",
        "parent-killed": "os.kill(os.getppid(), signal.SIGKILL)",
        "parent-stopped": "os.kill(os.getppid(), signal.SIGSTOP)",
        "stopped-itself": "os.kill(os.getpid(), signal.SIGSTOP)",
        "deaf": "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)",
    },
    "request": {
        "judge-environment": "return open(f'/proc/{JUDGE}/environ').read()",
        "judge-memory": "return open(f'/proc/{JUDGE}/mem', 'rb').read(1)",
        "judge-descriptors": "return os.listdir(f'/proc/{JUDGE}/fd')",
        "judge-traced": """
import ctypes
if ctypes.CDLL(None).ptrace(16, JUDGE, 0, 0) == 0:
    return CANARY
""",
        "judge-limited": """
import resource
resource.prlimit(JUDGE, resource.RLIMIT_NOFILE, (4, 4))
""",
        "judge-niced": "os.setpriority(os.PRIO_PROCESS, JUDGE, 19)",
        "parent-environment": "return open(f'/proc/{os.getppid()}/environ').read()",
        "stray-child": "subprocess.Popen([sys.executable, '-c', STRAY])",
        "stray-session": """
subprocess.Popen([sys.executable, "-c", STRAY], start_new_session=True)
""",
        "stray-shell": """
os.system(f"(setsid {sys.executable} -c '{STRAY}' &) &")
""",
        "stray-deaf": """
deaf = "import signal; signal.signal(15, signal.SIG_IGN); " + STRAY
subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
""",
        "stray-crowd": """
for _ in range(100):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
""",
        "stray-hydra": """
if os.fork() == 0:
    os.setsid()
    for _ in range(1000):
        if os.fork():
            os._exit(0)
        time.sleep(0.01)
    os._exit(0)
""",
        "stray-stopped": """
if os.fork() == 0:
    os.setsid()
    os.kill(os.getpid(), signal.SIGSTOP)
""",
        "late-result": """
late = f"import time; time.sleep(3); open({OUTSIDE!r} + '/result.json', 'w')"
subprocess.Popen([sys.executable, "-c", late], start_new_session=True)
""",
        "memory": "return len(bytearray(5 << 30))",
        "recursion": """
def deeper():
    return deeper()
sys.setrecursionlimit(10 ** 9)
return deeper()
""",
        "busy": "while True: pass",
        "large-file": """
with open("large", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
""",
    },
}
