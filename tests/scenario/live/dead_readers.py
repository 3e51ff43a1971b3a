"""Viewers that ask for a stream and never read a byte of it.

dead_readers.py flv|websocket|rtmp PORT NAME COUNT: connects them all with the smallest receive buffer that the kernel grants, prints "ready N", and
holds them until its standard input ends."""
import resource
import socket
import struct
import sys

kind, port, name, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 64)), hard))


def amf_string(text):
    return b"\x02" + struct.pack(">H", len(text)) + text.encode()


def amf_number(value):
    return b"\x00" + struct.pack(">d", value)


def message(channel, kind, stream, body):
    return bytes([channel]) + b"\0\0\0" + struct.pack(">I", len(body))[1:] + bytes([kind]) + struct.pack("<I", stream) + body


def connect():
    sock = socket.socket()
    # Before connecting: the window of a TCP connection is agreed upon at its beginning.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    sock.settimeout(20)
    sock.connect(("127.0.0.1", port))
    return sock


def exactly(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise SystemExit("the server closed a connection during the handshake")
        data += more
    return data


def play_flv(sock):
    sock.sendall(f"GET /flv/{name}.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())


def play_websocket(sock):
    sock.sendall(f"GET /flv/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())


def play_rtmp(sock):
    sock.sendall(b"\x03" + bytes(8) + bytes(1528))
    answer = exactly(sock, 1 + 1536 + 1536)
    sock.sendall(answer[1:1537])
    properties = b"\x00\x03app" + amf_string("live") + b"\x00\x05tcUrl" + amf_string(f"rtmp://127.0.0.1:{port}/live") + b"\x00\x00\x09"
    sock.sendall(
        message(2, 1, 0, struct.pack(">I", 65536))
        + message(3, 20, 0, amf_string("connect") + amf_number(1) + b"\x03" + properties)
        + message(3, 20, 0, amf_string("createStream") + amf_number(2) + b"\x05")
        + message(8, 20, 1, amf_string("play") + amf_number(3) + b"\x05" + amf_string(name) + amf_number(-2000)))


sockets = []
for _ in range(count):
    sock = connect()
    {"flv": play_flv, "websocket": play_websocket, "rtmp": play_rtmp}[kind](sock)
    sockets.append(sock)
print(f"ready {len(sockets)}", flush=True)
sys.stdin.read()
