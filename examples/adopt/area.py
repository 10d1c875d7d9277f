"""Fills the sandbox with an area as teams leave it behind: users of a portal, scripts, and years of manual changes.

Uses masheryapi, a client that Keywright has no part in. Everything is made up and the same on each run.
With `--more` it adds what another team does afterwards, with `--snapshot` it prints all objects of the area as JSON.
"""

import json
import os
import sys
import tempfile

# masheryapi writes a log file into the current folder.
os.chdir(tempfile.mkdtemp())
from masheryapi.services.v3.auth import Auth  # noqa: E402
from masheryapi.services.v3.base import Base  # noqa: E402

USER_FIELDS = "id,username,email,displayName,firstName,lastName,company,phone,areaStatus,externalId,roles.name"
APPLICATION_FIELDS = "id,name,username,description,type,commercial,ads,notes,howDidYouHear,preferredProtocol,tags,eav"
PACKAGE_FIELDS = "id,name,description,notifyDeveloperPeriod,notifyDeveloperNearQuota,notifyAdminEmails,eav"
PLAN_FIELDS = (
    "id,name,description,status,rateLimitCeiling,rateLimitPeriod,rateLimitExempt,qpsLimitCeiling,qpsLimitExempt,"
    "maxNumKeysAllowed,numKeysBeforeReview,selfServiceKeyProvisioningEnabled,adminKeyProvisioningEnabled"
)
KEY_FIELDS = (
    "id,apikey,secret,status,expires,rateLimitCeiling,rateLimitExempt,qpsLimitCeiling,qpsLimitExempt,"
    "created,application.id,package.id,plan.id"
)

# (package, plans as (name, calls a quota period or None, period, calls a second or None, keys))
PACKAGES = [
    ("Payments", [("Gold", 100000, "day", 50, 20), ("Silver", 10000, "day", 10, 20), ("Trial", 500, "month", 1, 5)]),
    ("Payments (legacy, do not use!)", [("Default", None, "day", None, 50)]),
    ("Ledger", [("Internal", None, "hour", None, 50), ("Auditors", 3600, "hour", 2, 10)]),
    ("Rates & Fees", [("50% off", 1000, "day", 5, 20), ("Yes", 20000, "day", 20, 20)]),
    ("Kundenkarten – Österreich", [("Größe S", 1000, "hour", 5, 20), ("Größe XL", 90000, "hour", 80, 20)]),
    ("1.0", [("2.0", 1000, "day", 5, 20), ("null", 10, "day", 1, 20)]),
]

# Names as people type them. A YAML file has to keep each of them.
ODD_USERS = ["o'neil", "zoë.müller", "007", "on", "jane+test", "svc_billing", "a.very.long.user.name.of.a.partner.in.the.north"]
ODD_APPLICATIONS = [
    "Checkout", "Checkout (copy)", "checkout", "Test: do not delete", "# 1 shop", "- dash -", "yes", "1e3", "2026-01-31",
    "{curly} [square]", "50% \"quoted\"", "back\\slash", "日本語アプリ", "*star & anchor", "app / with / slashes", "Ünïcödé 🦊",
]
STATES = ["active", "active", "active", "active", "active", "disabled", "waiting"]


class Area:
    def __init__(self, url):
        protocol, host = url.rstrip("/").split("://")
        auth = Auth(protocol, host, "example", "example-area", "example-key", "example-secret", "masheryapi")
        self.token = auth.get_access_token("adopter", "example-password", "example-area")["access_token"]
        self.base = Base(protocol, host, "masheryapi")

    def create(self, resource, item, fields="id"):
        answer = self.base.create(self.token, resource, "fields=" + fields, item)
        if answer.status_code != 200:
            sys.exit(f"could not create {item} at {resource}: {answer.status_code} {answer.text}")
        return answer.json()

    def all(self, resource, fields):
        rows = []
        while True:
            params = f"fields={fields}&limit=1000&offset={len(rows)}&sort=id"
            answer = self.base.get(self.token, resource, params)
            if answer.status_code != 200:
                sys.exit(f"could not read {resource}: {answer.status_code} {answer.text}")
            page = answer.json()
            rows.extend(page)
            if not page or len(rows) >= int(answer.headers["X-Total-Count"]):
                return sorted(rows, key=lambda row: row["id"])


def limits(calls, period, a_second):
    return {
        "rateLimitCeiling": calls or 0, "rateLimitPeriod": period, "rateLimitExempt": calls is None,
        "qpsLimitCeiling": a_second or 0, "qpsLimitExempt": a_second is None,
    }


def packages(area):
    made = []
    for number, (name, plans) in enumerate(PACKAGES):
        body = {"name": name, "description": "" if number % 2 else f"APIs of {name}", "notifyDeveloperPeriod": "hour"}
        package = area.create("/packages", body)
        for plan, calls, period, a_second, keys in plans:
            body = {
                "name": plan, "status": "active", "maxNumKeysAllowed": keys, "numKeysBeforeReview": keys,
                "adminKeyProvisioningEnabled": True, "selfServiceKeyProvisioningEnabled": plan != "Internal",
            }
            made.append((package, area.create(f"/packages/{package['id']}/plans", body | limits(calls, period, a_second))))
    return made


def users(area):
    names = ODD_USERS + [f"developer{number:02}" for number in range(33)]
    made = []
    for number, name in enumerate(names):
        # Nearly all are active; a disabled or waiting user has no keys.
        state = {11: "waiting", 17: "disabled", 23: "disabled"}.get(number, "active")
        body = {
            "username": name, "email": f"user{number}@example.com", "displayName": f"User {number}: {name}",
            "areaStatus": state, "company": ["", "Example GmbH", "=Example; & Sons", "No"][number % 4],
        }
        made.append((name, state, area.create("/members", body)))
    return made


def key(area, made, package, plan, number, **more):
    body = {"package": {"id": package["id"]}, "plan": {"id": plan["id"]}, "status": STATES[number % len(STATES)]}
    # A value that somebody chose, or one that the service makes.
    if number % 9 == 0:
        body["apikey"] = f"fake-partner-key-{number:04}"
    return area.create(f"/applications/{made['id']}/packageKeys", body | more, "id,apikey")


def fill(area):
    offers, people = packages(area), users(area)
    active = [(name, user) for name, state, user in people if state == "active"]
    number = keys = 0
    for turn in range(3):
        for index, (user, made_user) in enumerate(active):
            name = ODD_APPLICATIONS[index % len(ODD_APPLICATIONS)] if turn == 0 else f"{user} service {turn}"
            body = {
                "name": name, "description": ["", "made in the portal", "line 1\nline 2"][number % 3],
                "commercial": number % 5 == 0, "ads": False, "tags": "web, mobile" if number % 4 == 0 else "",
            }
            made = area.create(f"/members/{made_user['id']}/applications", body)
            # From none to four keys, several of them in one package.
            for more in range([2, 0, 1, 4, 1][number % 5]):
                package, plan = offers[(number + more // 2) % len(offers)]
                options = {"expires": "2031-12-31"} if keys % 13 == 5 else {}
                key(area, made, package, plan, keys, **options)
                keys += 1
            number += 1
    return len(PACKAGES), len(offers), len(people), number, keys


def more(area):
    """What another team does after the area was adopted: a new user with an application and a key."""
    user = area.create("/members", {
        "username": "portal-signup", "email": "new@example.com", "displayName": "New", "areaStatus": "active",
    })
    made = area.create(f"/members/{user['id']}/applications", {"name": "First try"})
    package = next(row for row in area.all("/packages", "id,name") if row["name"] == "Payments")
    plan = next(row for row in area.all(f"/packages/{package['id']}/plans", "id,name") if row["name"] == "Silver")
    key(area, made, package, plan, 1)
    # A second key beside the keys of an adopted application.
    checkout = next(row for row in area.all("/applications", "id,name,username") if row["name"] == "# 1 shop")
    key(area, checkout, package, plan, 2)


def snapshot(area):
    found = {
        "members": area.all("/members", USER_FIELDS),
        "applications": area.all("/applications", APPLICATION_FIELDS),
        "packages": area.all("/packages", PACKAGE_FIELDS),
        "packageKeys": area.all("/packageKeys", KEY_FIELDS),
    }
    found["plans"] = [
        plan | {"package": package["id"]}
        for package in found["packages"]
        for plan in area.all(f"/packages/{package['id']}/plans", PLAN_FIELDS)
    ]
    return found


def main():
    url, *options = sys.argv[1:]
    area = Area(url)
    if options == ["--snapshot"]:
        print(json.dumps(snapshot(area), indent=1, sort_keys=True))
    elif options == ["--more"]:
        more(area)
        print("Made 1 user, 1 application and 2 keys.")
    elif not options:
        counts = fill(area)
        names = ["packages", "plans", "users", "applications", "keys"]
        print("Made " + ", ".join(f"{count} {name}" for count, name in zip(counts, names)) + ".")
    else:
        sys.exit(f"could not understand {options}")


main()
