// <tips-quiz>: a question that answers back, one of several options or a number. Everything it needs to judge an answer
// stands in it. Python wrote it, and judges in the same way: tipsbook.quiz.
(() => {
  if (customElements.get("tips-quiz")) return; // a notebook runs this script for each question

  // A number as readers type it: 0.02, 2e-3, 2·10^-3, 1/4, 5 %.
  const number = text => {
    const plain = text.trim().replaceAll("−", "-").replace(/\s/g, "").replace(",", ".")
      .replace(/(^|[·*×x])10(?:\^|\*\*)\(?(-?\d+)\)?$/, (_, times, power) => `${times ? "" : "1"}e${power}`);
    const found = plain.match(/^([-+]?[\d.]+(?:e[-+]?\d+)?)(?:\/([\d.]+))?(%?)$/i);
    return found ? +found[1] / +(found[2] ?? 1) / (found[3] ? 100 : 1) : NaN;
  };

  // Two digits, as the book's sentences have them: 0.31, 120, 6.2 × 10¹⁰. The same as short in tipslib.plotting.
  const short = value => {
    const [digits, power] = value.toExponential(1).split("e");
    if (-3 <= +power && +power <= 2) return String(+value.toPrecision(2));
    return `${digits} × 10${[...String(+power)].map(c => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
  };

  // A whole number that one can read stands as it is.
  const whole = value => (Number.isInteger(value) && value < 10000 ? String(value) : short(value));

  class Quiz extends HTMLElement {
    connectedCallback() {
      if (this.data) return; // JupyterLab may detach an output and attach it again
      this.data = JSON.parse(this.querySelector("script").textContent);
      this.querySelector("form").addEventListener("submit", event => { event.preventDefault(); this.answer(); });
    }

    answer() {
      const { kind } = this.data;
      const field = this.querySelector(kind === "choose" ? "input:checked" : "input");
      const given = kind === "choose" ? +(field?.value ?? NaN) : number(field.value);
      if (!Number.isFinite(given)) {
        this.removeAttribute("data-state");
        return this.say("", kind === "choose" ? "Choose an answer first." : "Type a number, such as 0.02 or 2e-3.");
      }
      const [right, reply] = kind === "choose" ? this.chosen(given) : this.estimated(given);
      this.setAttribute("data-state", right ? "right" : "wrong"); // spelled out, or the build would drop its style
      this.say(right ? "Right." : "Not yet.", reply);
      this.dispatchEvent(new CustomEvent("tips-answer", { bubbles: true, detail: { right } }));
    }

    say(verdict, reply) { // a reply that begins with "Right" is not told twice that it is right
      const [, word, rest] = reply.match(/^(Right)\b(.*)$/s) ?? [reply, verdict, ` ${reply}`];
      this.querySelector(".reply").replaceChildren(Object.assign(document.createElement("strong"), { textContent: word }), rest);
    }

    chosen(index) { return [index === this.data.right, this.data.options[index][1]]; }

    estimated(given) {
      const { options, right: answer, factor } = this.data;
      const right = given > 0 && Math.abs(Math.log(given / answer)) <= Math.log(factor) + 1e-9;
      const near = number => Math.abs(given - number) <= 0.05 * number;
      const known = options.find(([number]) => near(number) && (right || number !== answer));
      if (known) return [right, known[1]];
      if (right) return [true, `Right: the answer is ${whole(answer)}.`];
      if (near(answer)) return [false, "That is near. Work it out with more digits."];
      if (given <= 0) return [false, "The answer is a number above 0."];
      const size = short(Math.max(given / answer, answer / given));
      return [false, `Too ${given > answer ? "large" : "small"}, by a factor of about ${size}. Try again.`];
    }
  }

  customElements.define("tips-quiz", Quiz);
})();
