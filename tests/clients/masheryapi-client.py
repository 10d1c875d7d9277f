"""A life cycle with masheryapi (PyPI): `begin` creates and changes, `end` reads again and deletes."""

import sys

from masheryapi.services.v3.auth import Auth
from masheryapi.services.v3.base import Base

phase, host = sys.argv[1:]
AREA = "00000000-0000-0000-0000-000000000000"
auth = Auth("http", host, "1", AREA, "fake-key", "fake-secret", "clients")
base = Base("http", host, "clients")
# `Auth.get_access_token` forgets to return the token, so the layer below it is used.
token = auth.masheryV3.authenticate("fake-key", "fake-secret", "fake-user", "fake-password", AREA)["access_token"]


def create(resource, item, params=""):
    return told(base.create(token, resource, params, item), resource)


def update(resource, item, params=""):
    return told(base.update(token, resource, params, item), resource)


def told(response, resource):
    assert response.status_code == 200, (resource, response.status_code, response.text)
    return response.json()


def named(resource, name, key="name"):
    rows = base.get_all(token, resource, f"fields=id,{key}&filter={key}:{name}")
    return next(row["id"] for row in rows if row[key] == name)


def is_missing(resource):
    response = base.get(token, resource, "")
    assert response.status_code == 404 and response.json()["errorCode"] == 404, response.text


def begin():
    member = create("/members", {
        "username": "pia", "email": "pia@example.com", "displayName": "Pia", "areaStatus": "active",
        "applications": [{"name": "pia nested", "description": "Created with its member"}],
    })["id"]
    application = create(f"/members/{member}/applications", {"name": "pia shop", "externalId": "P-1"})["id"]
    package = create("/packages", {
        "name": "pia package", "notifyAdminEmails": "b@example.com,a@example.com",
        "plans": [{"name": "gold", "qpsLimitCeiling": 9, "rateLimitPeriod": "hour"}],
    }, "fields=id,plans.id,plans.name")
    gold = package["plans"][0]["id"]
    package = package["id"]
    silver = create(f"/packages/{package}/plans", {"name": "silver", "status": ""})["id"]
    references = {"package": {"id": package}, "plan": {"id": gold}}
    generated = create(f"/applications/{application}/packageKeys", references)
    assert len(generated["apikey"]) == 24, "a generated key has the length of the package"
    custom = create(f"/applications/{application}/packageKeys", {**references, "apikey": "not-a-real-key-pia"})["id"]

    key = f"/packageKeys/{custom}"
    assert update(key, {"status": "disabled"})["status"] == "disabled"
    assert update(key, {"status": "active", "plan": {"id": silver}}, "fields=plan.id")["plan"]["id"] == silver
    assert update(key, {"rateLimitExempt": True}, "fields=limits")["limits"], "limits are told"
    plan = f"/packages/{package}/plans/{silver}"
    update(plan, {"qpsLimitExempt": True})
    assert update(plan, {"qpsLimitExempt": False})["qpsLimitCeiling"] == 2, "the ceiling of before"
    assert update(f"/members/{member}", {"company": "Example"}, "fields=company") == {"company": "Example"}
    assert update(f"/applications/{application}", {"tags": "web"})["tags"] == "web"
    sent = base.get(token, f"/packages/{package}", "fields=notifyAdminEmails").json()
    assert sent == {"notifyAdminEmails": "b@example.com,a@example.com"}, sent
    refused = base.create(token, "/packages", "", {"name": "pia package"})
    assert refused.status_code == 400 and "duplicate value" in refused.json()["errors"][0]["message"], refused.text


def end():
    member = named("/members", "pia", "username")
    package = named("/packages", "pia package")
    applications = base.get_all(token, f"/members/{member}/applications", "fields=id,name,packageKeys")
    assert sorted(row["name"] for row in applications) == ["pia nested", "pia shop"], applications
    keys = [key["id"] for row in applications for key in row["packageKeys"]]
    assert len(keys) == 2, keys
    delete = auth.masheryV3.delete
    # An application takes its keys along.
    for resource in [f"/packageKeys/{keys[0]}", *(f"/applications/{row['id']}" for row in applications)]:
        assert delete(token, resource) == 200, resource
        is_missing(resource)
    is_missing(f"/packageKeys/{keys[1]}")
    for plan in base.get_all(token, f"/packages/{package}/plans", "fields=id"):
        assert delete(token, f"/packages/{package}/plans/{plan['id']}") == 200
    for resource in [f"/packages/{package}", f"/members/{member}"]:
        assert delete(token, resource) == 200, resource
        is_missing(resource)
    for resource in ["/members", "/applications", "/packages", "/packageKeys"]:
        assert base.get_all(token, resource, "fields=id") == [], f"{resource} is not empty"


{"begin": begin, "end": end}[phase]()
