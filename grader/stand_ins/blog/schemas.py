from pydantic import BaseModel


class RegisterIn(BaseModel):
    email: str
    name: str
    password: str
