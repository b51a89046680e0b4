"""Files of the grader, of the account and of the machine."""

ATTACKS = {
    "import": {
        "suites": """
for suite in pathlib.Path(ROOT, "tests/blog").glob("test_*.py"):
    names = re.findall("def (test_[a-z_0-9]+)", suite.read_text())
    suite.write_text("".join(f"def {n}():\\n    pass\\n" for n in names))
""",
        "conftest": """
hook = "def pytest_runtest_call(item): item.obj = lambda **_: None"
pathlib.Path(ROOT, "tests/conftest.py").write_text(hook)
""",
        "catalogue": """
path = pathlib.Path(ROOT, "grader/catalogue/blog.toml")
path.write_text(re.sub("points = .*", "points = 0", path.read_text()))
""",
        "new-module": """
pathlib.Path(ROOT, "httpx.py").write_text("raise SystemExit(0)")
""",
        "judge-module": """
path = pathlib.Path(ROOT, "grader/results.py")
path.write_text(path.read_text().replace("sum(", "100 + sum("))
""",
        "solution-executed": """
exec(open(ROOT + "/solutions/blog/main.py").read(), globals())
""",
        "solution-imported": """
sys.path.insert(0, ROOT + "/solutions")
for name in [n for n in sys.modules if n.split(".")[0] == "blog"]:
    del sys.modules[name]
import blog.main
create_app = blog.main.create_app
""",
        "solution-path": """
import blog
blog.__path__ = [ROOT + "/solutions/blog"]
del sys.modules["blog.main"]
import blog.main
create_app = blog.main.create_app
""",
        "solution-linked": """
os.symlink(ROOT + "/solutions/blog", "linked")
sys.path.insert(0, os.getcwd())
import linked.main
create_app = linked.main.create_app
""",
        "solution-hard-link": """
os.link(ROOT + "/solutions/blog/main.py", "stolen.py")
sys.path.insert(0, os.getcwd())
import stolen
create_app = stolen.create_app
""",
    },
    "request": {
        "canary": "return open(CANARY).read()",
        "canary-child": "return subprocess.getoutput('cat ' + CANARY)",
        "canary-proc-root": "return open('/proc/self/root' + CANARY).read()",
        "canary-dots": "return open('../' * 20 + CANARY[1:]).read()",
        "canary-link": "os.symlink(CANARY, 'x'); return open('x').read()",
        "canary-mmap": """
import mmap
file = os.open(CANARY, os.O_RDONLY)
return mmap.mmap(file, 0, prot=mmap.PROT_READ)[:]
""",
        "canary-thread": """
import threading
found = []
thread = threading.Thread(target=lambda: found.append(open(CANARY).read()))
thread.start(); thread.join()
return found
""",
        "canary-removed": "os.unlink(CANARY)",
        "canary-truncated": "os.truncate(CANARY, 0)",
        "canary-mode": "os.chmod(CANARY, 0)",
        "canary-moved": "os.rename(CANARY, 'mine'); return open('mine').read()",
        "outside-file": "open(OUTSIDE + '/new', 'w').write('x')",
        "outside-folder": "os.mkdir(OUTSIDE + '/new')",
        "outside-moved": "open('x', 'w').close(); os.rename('x', OUTSIDE + '/new')",
        "outside-linked": "open('x', 'w').close(); os.link('x', OUTSIDE + '/new')",
        "outside-fifo": "os.mkfifo(OUTSIDE + '/new')",
        "outside-socket": """
listening = socket.socket(socket.AF_UNIX)
listening.bind(OUTSIDE + "/new")
""",
        "startup-file": "open(sys.prefix + '/lib/workbook-new.pth', 'w').write('x')",
        "own-package": "open(__file__, 'a').write('#')",
        "memory-storage": "open('/dev/shm/workbook-hostile', 'w').write('x')",
        "mounted": """
# Only ever seen from a namespace of its own: nothing stays mounted, wherever it runs.
import ctypes
libc = ctypes.CDLL(None)
if libc.unshare(0x20000) or libc.mount(None, b"/", None, 0x44000, None):
    return "refused"
libc.mount(os.path.dirname(CANARY).encode(), os.getcwd().encode(), None, 0x1000, None)
return open(os.getcwd() + "/canary").read()
""",
        "new-namespace": """
import ctypes
ctypes.CDLL(None).unshare(0x10000000 | 0x20000)
return open(CANARY).read()
""",
        "new-root": "os.chroot('/'); return open(CANARY).read()",
    },
}
