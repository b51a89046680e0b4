"""Rooms: who sees them, who is in them, and who decides."""

from .speaking import App, Person


async def test_private_rooms_are_seen_by_members_only(
    app: App, ann: Person, ben: Person, cai: Person
) -> None:
    room = await app.make_room(ann, ben, kind="private")

    for person, sees in ((ann, True), (ben, True), (cai, False)):
        rooms = (await app.call(person, "GET", "/rooms", limit=100)).json()["items"]
        assert (room in [item["id"] for item in rooms]) == sees
    assert (await app.call(cai, "POST", f"/rooms/{room}/join")).status_code == 404


async def test_joining_keeps_the_role(
    app: App, ann: Person, cai: Person, room: str
) -> None:
    joined = await app.call(cai, "POST", f"/rooms/{room}/join")
    again = await app.call(ann, "POST", f"/rooms/{room}/join")

    assert (joined.status_code, joined.json()["role"]) == (200, "member")
    assert again.json()["role"] == "owner"


async def test_only_owners_decide(
    app: App, ann: Person, ben: Person, cai: Person, room: str
) -> None:
    for person, status in ((ben, 403), (cai, 404)):
        added = await app.call(person, "PUT", f"/rooms/{room}/members/{cai.id}")
        removed = await app.call(person, "DELETE", f"/rooms/{room}/members/{ann.id}")
        assert (added.status_code, removed.status_code) == (status, status)


async def test_a_room_keeps_an_owner(app: App, ann: Person, room: str) -> None:
    me = f"/rooms/{room}/members/{ann.id}"

    left = await app.call(ann, "DELETE", me)
    demoted = await app.call(ann, "PUT", me, role="member")

    assert (left.status_code, left.json()["code"]) == (409, "last_owner")
    assert demoted.status_code == 409


async def test_names_have_limits(app: App, ann: Person) -> None:
    for name, status in (("房" * 80, 201), ("", 422), ("x" * 81, 422)):
        assert (await app.call(ann, "POST", "/rooms", name=name)).status_code == status
