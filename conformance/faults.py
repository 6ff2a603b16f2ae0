"""Refusals, as either client reports them."""

import re
from contextlib import contextmanager

from botocore.exceptions import ClientError

from conformance.clients import Fault

VALIDATION = "ValidationException"
# The service puts these words before many texts of some operations, and has changed its mind about
# which; clients have to match the rest.
PREFIX = "1 validation error detected: "


class Refusal:
    """What `refused` caught: `code`, `message` and the reply's other members."""

    code = message = None
    members = {}


@contextmanager
def refused(code, text=None):
    """The block must be refused with this code and text: the whole text, or a pattern that is found
    in it."""
    refusal = Refusal()
    try:
        yield refusal
    except Fault as fault:
        refusal.code, refusal.message, refusal.members = fault.code, fault.message, fault.body
    except ClientError as error:
        members = error.response
        refusal.code, refusal.message = members["Error"]["Code"], members["Error"]["Message"]
        refusal.members = members
    else:
        raise AssertionError(f"not refused; expected {code}: {text}")
    assert refusal.code == code, f"{refusal.code}: {refusal.message}; expected {code}: {text}"
    if isinstance(text, re.Pattern):
        assert text.search(refusal.message), f"{refusal.message!r} has no {text.pattern!r}"
    elif text is not None:
        assert refusal.message in (text, PREFIX + text), f"{refusal.message!r} is not {text!r}"


_NAMESPACES = {
    "ValidationException": "com.amazon.coral.validate#",
    "AccessDeniedException": "com.amazon.coral.service#",
    "InvalidSignatureException": "com.amazon.coral.service#",
}


def check_refused(wire, operation, members, code, text):
    """The call over the bare wire must be refused: status 400, this code in its namespace, and this
    text to the letter, or a pattern that matches all of it. Returns the fault."""
    try:
        reply = wire.call(operation, members)
    except Fault as caught:
        fault = caught
    else:
        raise AssertionError(f"{operation} {members} was not refused but answered {dict(reply)}")
    if isinstance(text, re.Pattern):
        right = text.fullmatch(fault.message or "")
    else:
        right = fault.message == text
    found = f"{operation} {str(members)[:300]}\nfound:    {fault}\nexpected: 400 {code}: {text}"
    assert right and (fault.status, fault.code) == (400, code), found
    namespace = _NAMESPACES.get(code, "com.amazonaws.dynamodb.v20120810#")
    assert fault.type == namespace + code, fault.type
    return fault
