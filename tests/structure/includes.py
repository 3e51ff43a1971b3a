"""Holds the #include lines to the levels of docs/design/README.md: arrows point down, pure code stays pure."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# Level of each folder; a folder may include its own level only where `PEERS` says so, and anything below.
LEVELS = {"common": 0, "media": 1, "net": 2, "http": 2, "observe": 2, "store": 2, "settings_file": 2,
          "live": 3, "rtmp": 3, "flv": 3, "hls": 3, "mux": 3, "transcode": 3, "record": 3, "relay": 3, "ladder": 3, "pictures": 3, "accounts": 3, "mail": 3, "rooms": 3, "api": 3, "admin": 3, "app": 4, "cli": 4}
PURE = ["common/opaque", "common/protocol", "common/settings", "server/media", "server/rtmp/wire", "server/flv/wire", "server/hls/wire", "server/record/wire", "server/relay/wire", "server/pictures/wire", "server/http/wire", "server/accounts/wire", "server/accounts/oauth2/wire", "server/mail/wire", "server/rooms/sync"]
# Services build on the live core and on declared calls; observe is used by everything at its level.
PEERS = {"net": {"observe"}, "http": {"net", "observe"}, "store": {"net", "observe"}, "settings_file": {"observe"},
         "live": {"accounts", "api"}, "rtmp": {"live"}, "flv": {"live", "rtmp/wire"}, "hls": {"live", "mux", "flv/wire"}, "mux": set(), "transcode": {"mux"}, "accounts": {"mail"}, "mail": {"relay"},
         "record": {"live", "mux", "api"}, "relay": {"live", "mux", "transcode", "api", "accounts", "flv/wire", "rtmp/wire"},
         "ladder": {"live", "relay"},
         "rooms": set(),
         "pictures": {"live", "record", "relay", "accounts", "hls/wire"},
         "api": {"accounts"}, "admin": {"api"}, "cli": {"app"}, "app": {"cli"}}
# Handlers of declared calls live beside what they serve and speak the generated messages.
FORBIDDEN_IN_PURE = re.compile(r"^(Q[A-Z]\w*|Qt\w*/|boost/asio|boost/beast|thread$|mutex$|spdlog/|sys/|unistd\.h|iostream$|prometheus/)")
CLOCK = re.compile(r"(system_clock|steady_clock)::now\s*\(|\bstd::(thread|mutex|random_device)\b|\bgettimeofday\b|\btime\(nullptr\)")

problems = []


def folder_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "server" and len(parts) > 2 else parts[0]


def check(path):
    text = path.read_text(encoding="utf-8")
    relative = path.relative_to(ROOT).as_posix()
    pure = any(relative.startswith(p + "/") for p in PURE)
    own = folder_of(path)
    for bracket, target in INCLUDE.findall(text):
        if pure and FORBIDDEN_IN_PURE.match(target):
            problems.append(f"{relative}: pure code includes {target}")
        if bracket != '"' or "/" not in target:
            continue
        first = target.split("/")[0]
        if relative.startswith("admin-gui/"):
            if first in LEVELS and first not in ("common",) and not (ROOT / "admin-gui" / target).exists():
                problems.append(f"{relative}: the console includes the server's {target}")
            continue
        if relative.startswith("common/") and first in LEVELS and first != "common":
            problems.append(f"{relative}: common includes {target}")
        if first not in LEVELS or own not in LEVELS or first == own:
            continue
        if LEVELS[first] < LEVELS[own]:
            continue
        if LEVELS[first] == LEVELS[own]:
            allowed = PEERS.get(own, set())
            if first in allowed or any("/" in a and target.startswith(a + "/") for a in allowed):
                continue
        problems.append(f"{relative}: level {LEVELS[own]} ({own}) includes {target} (level {LEVELS[first]})")
    if pure:
        for match in CLOCK.finditer(text):
            problems.append(f"{relative}: pure code uses {match.group(0)}")
    lines = text.count("\n")
    if lines > 900:
        problems.append(f"{relative}: {lines} lines; there are two ideas in it")


files = [p for base in ("common", "server", "admin-gui") for p in (ROOT / base).rglob("*") if p.suffix in (".h", ".cpp")]
for file in files:
    check(file)
if len(files) < 50:
    problems.append(f"only {len(files)} files were found below {ROOT}: this check looks in the wrong place")
print("\n".join(problems) or f"{len(files)} files keep to the levels.")
sys.exit(1 if problems else 0)
