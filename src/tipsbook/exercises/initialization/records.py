"""Exercise 8: five networks before their first step, each with its diagnosis."""

from dataclasses import dataclass

from tipsbook.grading.answers import describe
from tipsbook.grading.deadline import Deadline
from tipsbook.grading.exercise import Exercise, Mistake
from tipsbook.grading.feedback import Feedback

WORDS = "sound", "twins", "too small", "too large", "no signal"
RIGHT = dict(zip("ABCDE", ("no signal", "twins", "too large", "sound", "too small"), strict=True))


@dataclass(frozen=True, kw_only=True)
class DiagnosisExercise(Exercise):
    """A dictionary from networks to diagnoses."""

    def grade(self, answer: object, deadline: Deadline) -> Feedback:
        if not isinstance(answer, dict):
            return Feedback(
                "wrong", f"Expected a dictionary from the letters A to E to words, received {describe(answer)}."
            )
        if set(answer) != set(RIGHT):
            return Feedback("wrong", f"Expected the letters A, B, C, D and E, received {list(answer)}.")
        unknown = [word for word in answer.values() if word not in WORDS]
        if unknown:
            return Feedback("wrong", f"Expected one of {', '.join(WORDS)}, received {unknown[0]!r}.")
        return self._judge({str(letter): str(word) for letter, word in answer.items()})

    def _judge(self, answer: dict[str, str]) -> Feedback:
        count = sum(answer[letter] == RIGHT[letter] for letter in RIGHT)
        if count == len(RIGHT):
            return Feedback("right", self.right)
        evidence = f"So far {count} of 5 are right; received for A {answer['A']!r}, for B {answer['B']!r} and so on."
        signs = {
            "small-and-large": answer["C"] == RIGHT["E"] or answer["E"] == RIGHT["C"],
            "trusts-the-pooled-spread": answer["A"] in ("sound", "too small"),
            "twins-overlooked": answer["B"] != RIGHT["B"],
            "sound-suspected": answer["D"] != RIGHT["D"],
        }
        key = next((key for key, found in signs.items() if found), None)
        return self.recognized(key, evidence) if key else Feedback("wrong", evidence)


def _with(**changed: str) -> dict[str, str]:
    return {**RIGHT, **changed}


DIAGNOSIS = DiagnosisExercise(
    name="initialization-8",
    right="Size, differences between units, signal: three questions, and the loss at step 0 as a fourth.",
    hints=(
        "Begin with the sizes: which pooled spreads change by a factor of ten or more from layer 1 to layer 6?",
        "Then the number of units: one of the networks has a layer of copies.",
        "Of the two that are left, compare pooled and between images in layer 6.",
    ),
    mistakes={
        "small-and-large": Mistake(
            _with(C="too small", E="too large"),
            "Small and large are confused. Follow the pooled spread from layer 1 to layer 6: does it grow or shrink?",
        ),
        "trusts-the-pooled-spread": Mistake(
            _with(A="sound", D="no signal"),
            "For A you look at the pooled spread alone. It mixes units and images: what is left between images?",
        ),
        "twins-overlooked": Mistake(
            _with(B="sound", D="twins"),
            "For B look at the number of different units: spreads cannot show that units are copies of one another.",
        ),
        "sound-suspected": Mistake(
            _with(D="too small", E="sound"),
            "For D a spread that shrinks by less than half over six layers does no harm. Which network loses far more?",
        ),
    },
)
