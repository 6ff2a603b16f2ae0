"""A transaction is never halved by a restore: money moved between accounts stays the same in sum."""

import os
import random

from conformance.clients import Fault, Wire, seconds
from conformance.tables import Index, Schema, create_table, drop_table, put_all, read_all, wait_active
from conformance.waiting import until
from conformance.walkthrough import window
from conformance.workload import run_all

ACCOUNTS = 24
OPENING_BALANCE = 100
TRANSFERS = int(os.environ.get("ANYWHEN_OPERATIONS", 3000)) // 4
THREADS = 6
SCHEMA = Schema("account", indexes=(Index("by-branch", "branch"),))


def test_the_total_is_the_same_at_every_restored_instant(server, seed):
    rng = random.Random(seed)
    wire = Wire(server.endpoint)
    create_table(wire, "Accounts", SCHEMA)
    accounts = [
        {"account": {"S": f"a{n}"}, "branch": {"S": f"b{n % 4}"}, "balance": {"N": str(OPENING_BALANCE)}}
        for n in range(ACCOUNTS)
    ]
    put_all(wire, "Accounts", accounts)
    enable = {"PointInTimeRecoveryEnabled": True}
    wire.UpdateContinuousBackups(TableName="Accounts", PointInTimeRecoverySpecification=enable)
    earliest, _ = window(wire, "Accounts")
    commits = []

    def transfers(rng):
        for _ in range(TRANSFERS // THREADS):
            commits.extend(transfer(wire, rng))

    # The window opens at a whole second; what is asked of history lies after it.
    until(lambda: max(transfer(wire, rng), default=0) > earliest, "the window opens")
    run_all([lambda r=random.Random(rng.random()): transfers(r) for _ in range(THREADS)])
    assert len(set(commits)) == len(commits) > TRANSFERS // 4, "each transfer is a commit of its own"
    check_total(wire, "Accounts")

    instants = [rng.choice(commits) + rng.choice((-1, 0)) for _ in range(6)]
    instants += [rng.randrange(min(commits), max(commits)) for _ in range(4)]
    targets = {f"Accounts-{n}": instant for n, instant in enumerate(instants)}
    for target, instant in targets.items():
        wire.RestoreTableToPointInTime(
            SourceTableName="Accounts", TargetTableName=target, RestoreDateTime=seconds(instant)
        )
    states = set()
    for target in targets:
        wait_active(wire, target)
        states.add(check_total(wire, target))
        drop_table(wire, target)
    assert len(states) > len(targets) // 2, "the restores are of different instants"


def transfer(wire, rng):
    """Moves money in one transaction; the commit, or nothing if the balance does not allow it."""
    source, target = rng.sample(range(ACCOUNTS), 2)
    amount = {":amount": {"N": str(rng.randint(1, 40))}}
    take = {
        "TableName": "Accounts",
        "Key": {"account": {"S": f"a{source}"}},
        "UpdateExpression": "SET balance = balance - :amount",
        "ConditionExpression": "balance >= :amount",
        "ExpressionAttributeValues": amount,
    }
    give = {
        "TableName": "Accounts",
        "Key": {"account": {"S": f"a{target}"}},
        "UpdateExpression": "SET balance = balance + :amount",
        "ExpressionAttributeValues": amount,
    }
    try:
        return [wire.TransactWriteItems(TransactItems=[{"Update": take}, {"Update": give}]).commit]
    except Fault as fault:
        assert fault.code == "TransactionCanceledException", fault
        codes = {reason["Code"] for reason in fault.body["CancellationReasons"]}
        assert codes <= {"None", "ConditionalCheckFailed", "TransactionConflict"}, fault.body
        return []


def check_total(wire, table):
    """The total in table and index; returns the balances."""
    for index in (None, "by-branch"):
        balances = {i["account"]["S"]: int(i["balance"]["N"]) for i in read_all(wire, table, index)}
        assert len(balances) == ACCOUNTS and min(balances.values()) >= 0, balances
        assert sum(balances.values()) == ACCOUNTS * OPENING_BALANCE, (table, index, balances)
    return tuple(sorted(balances.items()))
