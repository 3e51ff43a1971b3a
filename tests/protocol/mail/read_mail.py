"""Prints what Python's email package reads in each mail file given: one JSON object a line."""
import email
import email.policy
import json
import sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        octets = file.read()
    mail = email.message_from_bytes(octets, policy=email.policy.default)
    sender = mail["From"].addresses[0]
    print(json.dumps({
        "subject": str(mail["Subject"]),
        "from_name": sender.display_name,
        "from": sender.addr_spec,
        "to": [address.addr_spec for address in mail["To"].addresses],
        "envelope_to": mail["Envelope-To"],
        "return_path": str(mail["Return-Path"]),
        "received": str(mail["Received"]),
        "date": mail["Date"].datetime.timestamp(),
        "message_id": str(mail["Message-ID"]),
        "auto_submitted": str(mail["Auto-Submitted"]),
        "language": str(mail["Content-Language"]),
        "type": mail.get_content_type(),
        "parts": [{"type": part.get_content_type(), "charset": part.get_content_charset(), "content": part.get_content()}
                  for part in mail.iter_parts()],
        "header_count": len([name for name in mail.keys() if name.lower() in ("bcc", "cc", "reply-to")]),
        "defects": [str(d) for part in mail.walk() for d in part.defects] + [str(d) for v in mail.values() for d in v.defects],
    }))
