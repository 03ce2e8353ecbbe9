"""What several requests and answers are made of."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.prescription.domain import terms

Number = Annotated[str, Field(min_length=1, max_length=64, description="as shown or typed")]
Structure = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z/.-]+$")]
"""Struct_IdNat: ``1`` and the FINESS number."""
NationalId = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z/.-]+$")]
Visibility = Literal["N", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"]
"""A prescription that the person themselves may not see could never be shown."""
Quantity = Annotated[int, Field(ge=1, le=10_000)]
StateName = Literal["created", "partially_dispensed", "dispensed", "cancelled", "expired"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _named(label: str) -> str:
    if not label.strip():
        raise ValueError("names no product")
    return label


class Product(Part):
    """``system``: OID of the terminology of ``code``."""

    label: Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_named)]
    code: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    system: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    def to_domain(self) -> terms.Product:
        return terms.Product(**self.model_dump())

    @classmethod
    def of(cls, product: terms.Product) -> "Product":
        """As it was taken, whatever would be taken now."""
        return cls.model_construct(**vars(product))
