"""The clinic with a kernel: ipywidgets, the same texts and the same order as on the page."""

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from tipsbook.clinic.cases import Case
from tipsbook.clinic.chart import chart
from tipsbook.clinic.page import table
from tipsbook.explore.declaration import figure_html
from tipsbook.quiz import Question
from tipslib.plotting import svg


class Ask:
    """A question, its two buttons and its reply; `then` is called once it is answered right or shown."""

    def __init__(self, then: Any) -> None:
        self.then = then
        self.question: Question | None = None
        self.asked, self.reply = widgets.HTML(), widgets.HTML()
        self.options = widgets.RadioButtons(options=[], layout=widgets.Layout(width="auto"))
        self.answer, self.tell = widgets.Button(description="Answer"), widgets.Button(description="Show me")
        self.answer.on_click(self.judge)
        self.tell.on_click(self.show)
        self.box = widgets.VBox([self.asked, self.options, widgets.HBox([self.answer, self.tell]), self.reply])

    def put(self, question: Question, hidden: bool) -> None:
        """Ask another question."""
        self.question = question
        self.asked.value, self.reply.value = f"<p><strong>{html.escape(question.text)}</strong></p>", ""
        self.options.options = [(option, i) for i, (option, _) in enumerate(question.options)]
        self.options.index = None
        self.box.layout.display = "none" if hidden else ""

    def judge(self, _: Any) -> None:
        """Reply to the answer that is chosen."""
        if self.question is None or self.options.value is None:
            self.reply.value = "<p>Choose an answer first.</p>"
            return
        right, said = self.question.answer(self.options.value)
        self.reply.value = f"<p><strong>{'Right.' if right else 'Not yet.'}</strong> {html.escape(said)}</p>"
        if right:
            self.then()

    def show(self, _: Any) -> None:
        """Give the answer away."""
        if self.question is not None:
            option, said = self.question.options[int(self.question.right)]
            self.options.value = int(self.question.right)
            self.reply.value = f"<p><strong>{html.escape(option)}.</strong> {html.escape(said)}</p>"
            self.then()


class Live:
    """The patient that is in, and the widgets that show it."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        numbers = [(f"{i + 1} of {len(cases)}", i) for i in range(len(cases))]
        self.patient = widgets.Dropdown(options=numbers, description="patient")
        self.back, self.next = widgets.Button(description="Previous"), widgets.Button(description="Next")
        self.sick, self.treated, self.vitals = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.disease, self.treatment = Ask(self.named), Ask(self.healed)
        self.patient.observe(lambda _: self.enter(), "value")
        self.back.on_click(lambda _: self.move(-1))
        self.next.on_click(lambda _: self.move(1))
        self.enter()

    @property
    def case(self) -> Case:
        """The patient that is in."""
        return self.cases[self.patient.value]

    def move(self, by: int) -> None:
        """Call the patient before or after, in a circle."""
        self.patient.value = (self.patient.value + by) % len(self.cases)

    def enter(self) -> None:
        """Show the patient that is in, and ask the first question."""
        self.sick.value = f"<p>{html.escape(self.case.story)}</p>{self.run(treated=False)}"
        self.treated.value = ""
        self.vitals.value = table(self.case, treated=False)
        self.disease.put(self.case.disease, hidden=False)
        self.treatment.put(self.case.treatment, hidden=True)

    def run(self, treated: bool) -> str:
        """Return a chart and its sentence as HTML."""
        said = (self.case.treated if treated else self.case.sick).say()
        picture = svg(chart(self.case, treated), f"t{id(self):x}{treated:d}-")
        return f'<div style="max-width: 40rem">{figure_html(picture, said)}<p>{html.escape(said)}</p></div>'

    def named(self) -> None:
        """Ask for the treatment."""
        self.treatment.box.layout.display = ""

    def healed(self) -> None:
        """Show the treated run."""
        read_on = f"<p>Read on: {html.escape(self.case.reading[1])}</p>" if self.case.reading else ""
        self.treated.value = f"<p><strong>{html.escape(self.case.cure)}</strong></p>{self.run(treated=True)}{read_on}"
        self.vitals.value = table(self.case, treated=True)


def box(cases: Sequence[Case]) -> Any:
    """Return the widget, its first patient in."""
    live = Live(cases)
    top = widgets.HBox([live.patient, live.back, live.next], layout=widgets.Layout(flex_flow="row wrap"))
    runs = widgets.HBox([live.sick, live.treated], layout=widgets.Layout(flex_flow="row wrap"))
    return widgets.VBox([top, runs, live.vitals, live.disease.box, live.treatment.box])
