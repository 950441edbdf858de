"""A terminal that answers from a list and records its output."""

from collections.abc import Callable, Iterable


class ScriptedTerminal:
    """Answer in turn; an exception in the list is raised, a function is called."""

    def __init__(
        self, answers: Iterable[str | type[BaseException] | Callable[[], str]]
    ) -> None:
        self._answers = list(answers)
        self.shown: list[str] = []
        #: Prompts whose answers were not to be echoed.
        self.hidden: list[str] = []

    @property
    def words(self) -> str:
        return "\n".join(self.shown)

    @property
    def left(self) -> int:
        """The number of answers that were not used."""
        return len(self._answers)

    def show(self, text: str = "") -> None:
        self.shown.append(text)

    def line(self, prompt: str) -> str:
        self.shown.append(prompt)
        return self._next(prompt)

    def secret(self, prompt: str) -> str:
        self.shown.append(prompt)
        self.hidden.append(prompt)
        return self._next(prompt)

    def _next(self, prompt: str) -> str:
        if not self._answers:
            raise AssertionError(f"nothing is left to answer to: {prompt}")
        answer = self._answers.pop(0)
        if isinstance(answer, str):
            return answer
        if isinstance(answer, type):
            raise answer
        return answer()
