// <tips-clinic>: the diagnosis clinic. A patient is a chart with two questions, one after the other, and a treated run.
// The charts are frames, two for each patient; stories, options, replies and statistics lie beside them. With a kernel
// the charts of a patient come when they are asked for. Python wrote all of it: tipsbook.clinic.
(() => {
  if (customElements.get("tips-clinic")) return; // a notebook runs this script for each clinic

  class Clinic extends TipsFramed {
    connectedCallback() {
      if (this.forms) return;
      super.connectedCallback();
      this.forms = [...this.querySelectorAll("form")];
      this.querySelector(".back").addEventListener("click", () => this.call(-1));
      this.querySelector(".next").addEventListener("click", () => this.call(1));
      this.forms.forEach((form, i) => {
        form.addEventListener("submit", event => { event.preventDefault(); this.with(() => this.answer(i)); });
        form.querySelector(".tell").addEventListener("click", () => this.with(() => this.tell(i)));
      });
    }

    get patient() { return this.controls[0]; }
    get case() { return this.data.cases[this.patient.selectedIndex]; }

    with(then) { // now, or when the file is here
      if (this.data) return then();
      this.then = then;
      this.load();
    }

    arrived(data) {
      super.arrived(data);
      this.then?.();
    }

    call(by) {
      const { length } = this.patient.options;
      this.patient.selectedIndex = (this.patient.selectedIndex + by + length) % length;
      this.changed(this.patient);
    }

    show() {
      this.querySelector(".story").textContent = this.case.story;
      this.querySelector(".say").textContent = this.data.say[2 * this.patient.selectedIndex];
      this.fill(this.querySelector(".vitals"));
      this.querySelector(".cure").textContent = "";
      this.forms.forEach((_, i) => this.ask(i));
      this.querySelector(".healed").hidden = this.forms[1].hidden = true;
      this.paint();
    }

    picture(state) { return this.data.pictures ? this.data.pictures[state] : super.picture(state); }

    receive(pictures) { // from a kernel
      this.load();
      Object.assign(this.data.pictures, pictures);
      this.paint();
    }

    paint() { // the chart, and both charts of a patient who is healed
      const [chart, ...pair] = this.querySelectorAll(".picture"), state = 2 * this.patient.selectedIndex;
      this.draw(chart, state);
      if (this.querySelector(".healed").hidden) return;
      pair.forEach((place, i) => {
        this.draw(place, state + i);
        place.innerHTML = place.innerHTML.replace(/(id="|url\(#|href="#)/g, `$1${"ba"[i]}-`); // ids of its own
      });
    }

    draw(place, state) {
      const picture = this.picture(state);
      place.style.visibility = picture ? "" : "hidden";
      if (picture) super.draw(place, state, picture);
      else this.dispatchEvent(new CustomEvent("tips-ask", { bubbles: true, detail: this.patient.selectedIndex }));
    }

    fill(table) { // one run, or both
      this.case.vitals.forEach((values, i) => values.forEach((value, j) => {
        if (j < table.tHead.rows[0].cells.length - 2) table.tBodies[0].rows[i].cells[j + 1].textContent = value;
      }));
    }

    ask(number) {
      const form = this.forms[number], { name } = form.dataset;
      form.querySelector(".options").replaceChildren(...this.case.questions[number].options.map(([text], value) => {
        const label = document.createElement("label"), words = document.createElement("span");
        words.textContent = text;
        label.append(Object.assign(document.createElement("input"), { type: "radio", name, value, autocomplete: "off" }), " ", words);
        return label;
      }));
      form.removeAttribute("data-state");
      form.querySelector(".reply").replaceChildren();
      form.hidden = false;
    }

    say(form, verdict, reply) {
      const strong = Object.assign(document.createElement("strong"), { textContent: verdict });
      form.querySelector(".reply").replaceChildren(strong, " ", reply);
    }

    answer(number) {
      const form = this.forms[number], { options, right } = this.case.questions[number];
      const given = form.querySelector("input:checked");
      if (!given) {
        form.removeAttribute("data-state");
        return this.say(form, "", "Choose an answer first.");
      }
      const won = +given.value === right;
      form.setAttribute("data-state", won ? "right" : "wrong"); // spelled out, or the build would drop its style
      this.say(form, won ? "Right." : "Not yet.", options[given.value][1]);
      if (won) this.go(number);
    }

    tell(number) {
      const form = this.forms[number], { options, right } = this.case.questions[number], [text, reply] = options[right];
      form.querySelectorAll("input")[right].checked = true;
      form.setAttribute("data-state", "right");
      this.say(form, `${text}.`, reply);
      this.go(number);
    }

    go(number) { // to the second question, or to the treated run
      if (number === 0) { if (this.forms[1].hidden) this.ask(1); return; }
      const { cure, reading } = this.case, healed = this.querySelector(".healed");
      healed.querySelector(".say").textContent = this.data.say[2 * this.patient.selectedIndex + 1];
      this.fill(healed.querySelector(".vitals"));
      healed.querySelector(".reading").hidden = !reading;
      if (reading) this.lead(healed.querySelector("a"), ...reading);
      healed.hidden = false;
      this.paint();
      this.querySelector(".cure").textContent = cure;
    }

    lead(link, page, title) { // a notebook has no page to lead to
      link.textContent = title;
      if (page) link.href = page;
    }
  }

  customElements.define("tips-clinic", Clinic);
})();
