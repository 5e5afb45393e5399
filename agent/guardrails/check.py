"""What all checks share: the draft they are handed, and that they run where they are called."""

from typing import Any

from guardrails.validator_base import FailResult, PassResult, ValidationResult, Validator

from agent.guardrails.draft import Draft


class Check(Validator):  # type: ignore[misc]
    """A check says the id of the rule that a draft breaks, or None. It takes a fraction of a
    millisecond, less than handing it to a thread and back."""

    def fault(self, draft: Draft) -> str | None:
        raise NotImplementedError

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        rule = self.fault(metadata["draft"])
        if rule is None:
            return PassResult()
        return FailResult(error_message=f"{type(self).__name__.lower()}.{rule}")

    async def async_validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        return self.validate(value, metadata)
