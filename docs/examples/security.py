"""Who may do what: asked of the database each time, and of each object."""

from dataclasses import dataclass
from typing import Annotated, Any

import jwt
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from fastapi.testclient import TestClient
from pydantic import BaseModel

SECRET = "a secret of thirty-two bytes or more"
app = FastAPI()
bearer = HTTPBearer()


@dataclass
class User:
    name: str
    role: str = "user"


@dataclass
class Order:
    owner: str
    paid: bool = False


users: dict[str, User] = {}
orders: dict[int, Order] = {}


def issue(user: User) -> str:
    return jwt.encode({"sub": user.name, "role": user.role}, SECRET, "HS256")


def read_claims(login: Annotated[Any, Depends(bearer)]) -> dict[str, str]:
    claims: dict[str, str] = jwt.decode(login.credentials, SECRET, algorithms=["HS256"])
    return claims


ClaimsDep = Annotated[dict[str, str], Depends(read_claims)]


# --8<-- [start:naive]
@app.get("/naive/orders/{order_id}")
async def show_any_order(claims: ClaimsDep, order_id: int) -> str:
    return orders[order_id].owner  # Logged in, so welcome everywhere.


@app.get("/naive/report")
async def show_report_by_claim(claims: ClaimsDep) -> str:
    if claims["role"] != "admin":
        raise HTTPException(403)
    return "all orders"


# --8<-- [end:naive]


# --8<-- [start:mend]
async def load_user(claims: ClaimsDep) -> User:
    user = users.get(claims["sub"])
    if user is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return user  # With the role that he has now.


UserDep = Annotated[User, Depends(load_user)]


async def load_order(user: UserDep, order_id: int) -> Order:
    order = orders.get(order_id)
    if order is None or (user.name != order.owner and user.role != "admin"):
        raise HTTPException(404)  # Not 403: that it exists is not his business.
    return order


OrderDep = Annotated[Order, Depends(load_order)]


@app.get("/orders/{order_id}")
async def show_order(order: OrderDep) -> str:
    return order.owner


@app.get("/report")
async def show_report(user: UserDep) -> str:
    if user.role != "admin":
        raise HTTPException(403)
    return "all orders"


# --8<-- [end:mend]


# --8<-- [start:mass]
class UserPatch(BaseModel):
    name: str | None = None  # No role: what is not here cannot be set.


@app.patch("/me")
async def edit_me(user: UserDep, patch: UserPatch) -> None:
    for field, value in patch.model_dump(exclude_unset=True).items():
        setattr(user, field, value)


# --8<-- [end:mass]


@pytest.fixture
def client() -> TestClient:
    users.update(ada=User("ada"), eve=User("eve"), root=User("root", "admin"))
    orders.update({1: Order("ada")})
    return TestClient(app)


def login(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue(users[name])}"}


def test_being_someone_is_not_being_the_owner(client: TestClient) -> None:
    assert client.get("/naive/orders/1", headers=login("eve")).json() == "ada"
    assert client.get("/orders/1", headers=login("eve")).status_code == 404
    assert client.get("/orders/1", headers=login("ada")).status_code == 200
    assert client.get("/orders/1", headers=login("root")).status_code == 200


# --8<-- [start:test]
def test_a_role_in_the_token_outlives_the_role(client: TestClient) -> None:
    badge = login("root")
    users["root"].role = "user"

    assert client.get("/naive/report", headers=badge).status_code == 200
    assert client.get("/report", headers=badge).status_code == 403


# --8<-- [end:test]


def test_nobody_makes_himself_admin(client: TestClient) -> None:
    badge = login("ada")
    client.patch("/me", headers=badge, json={"role": "admin"})
    assert users["ada"].role == "user"
