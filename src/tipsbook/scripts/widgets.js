// The widgets of the static page: figures that answer their controls, and questions that answer back. No dependencies.
// Python wrote all of them: tipslib.explore, tipslib.quiz and tipslib.clinic.
(() => {
  const waiting = new Map(); // key of a frame file -> the elements that asked for it

  // A frame file calls this with its pieces of SVG, the start frame, a patch per state, and a sentence per state.
  window.tipsFrames = (key, data) => {
    const elements = waiting.get(key) ?? [];
    waiting.set(key, { data });
    for (const element of elements) element.arrived(data);
  };

  class Explore extends HTMLElement {
    connectedCallback() {
      const own = this.querySelector("script");
      if (own) { this.unit = new Sculptor(this, JSON.parse(own.textContent)); return; }
      this.controls = [...this.querySelectorAll(".controls input, .controls select")];
      for (const control of this.controls) {
        control.addEventListener("input", () => this.changed(control));
        if (this.moved(control)) this.changed(control); // before this script was here
      }
      const near = new IntersectionObserver(([entry]) => {
        if (!entry.isIntersecting) return;
        near.disconnect();
        this.load();
      }, { rootMargin: "200%" });
      near.observe(this);
      this.addEventListener("focusin", () => this.load(), { once: true });
      this.addEventListener("pointerdown", () => this.load(), { once: true });
    }

    moved(control) {
      if (control.type === "range") return control.value !== control.defaultValue;
      if (control.type === "checkbox") return control.checked !== control.defaultChecked;
      return !(control.selectedOptions[0]?.defaultSelected ?? true);
    }

    load() {
      const key = this.dataset.frames;
      const known = waiting.get(key);
      if (this.data || known?.includes?.(this)) return;
      if (known?.data) return this.arrived(known.data);
      waiting.set(key, [...(known ?? []), this]);
      if (known) return;
      const script = document.createElement("script"); // fetch and modules fail on file://
      script.src = `frames/${key}.js`;
      script.onerror = () => { this.querySelector(".say").textContent = "The frames of this figure could not be loaded."; };
      document.head.append(script);
    }

    arrived(data) {
      this.data = data;
      this.toggleAttribute("data-ready", true);
      if (this.asked) this.show();
    }

    changed(control) {
      const texts = control.dataset.texts && JSON.parse(control.dataset.texts);
      if (texts) {
        control.setAttribute("aria-valuetext", texts[control.value]);
        control.parentElement.querySelector("output").textContent = texts[control.value];
      }
      this.asked = true; // before the frames are here, the last choice is drawn on their arrival
      if (this.data) this.show();
    }

    // The number of the state: the last control turns fastest.
    get state() {
      return this.controls.reduce((index, c) => {
        if (c.type === "range") return index * (+c.max + 1) + +c.value;
        if (c.type === "checkbox") return index * 2 + +c.checked;
        return index * c.options.length + c.selectedIndex;
      }, 0);
    }

    show() { this.draw(this.querySelector(".picture"), this.querySelector(".say"), this.state); }

    draw(picture, sentence, state) {
      const { pieces, base, frames, say } = this.data;
      const [whole, ...frame] = frames[state];
      const row = whole ? frame : base.slice();
      if (!whole) for (let i = 0; i < frame.length; i += 2) row[frame[i]] = frame[i + 1];
      picture.innerHTML = row.map(piece => pieces[piece]).join("");
      const svg = picture.querySelector("svg");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", say[state]);
      sentence.textContent = say[state];
    }
  }

  // The Maxout sculptor: it has no frames, it moves the parts of its SVG. Everything it computes and says is computed by
  // tipslib.explore.maxout and drawn by tipslib.explore.sculptor too; tests hold the two against each other.
  const REACH = 2, LOW = -3, HIGH = 4.5, STEP = 40; // inputs, outputs shown, steps of the grid in 1
  const across = x => 190 + 80 * x, down = y => 134 - 28 * y;
  const tenth = value => String(Math.floor(value * 10 + 0.5) / 10);
  const spell = value => String(+(Math.floor(value * 1000 + 0.5) / 1000).toFixed(3)).replace("-", "−");
  const snap = (value, reach = 3) => Math.round(Math.min(reach, Math.max(-reach, value)) * STEP) / STEP;

  class Sculptor {
    constructor(element, { presets, x }) {
      Object.assign(this, { element, presets, x, held: 0 });
      this.picture = element.querySelector(".picture");
      [this.hand, this.first, this.second] = element.querySelectorAll(".controls select, .controls input");
      element.querySelectorAll("button").forEach((button, i) => button.addEventListener("click", () => this.begin(i)));
      this.hand.addEventListener("input", () => { this.held = this.hand.selectedIndex; this.show(); });
      for (const slider of [this.first, this.second]) slider.addEventListener("input", () => this.slid());
      this.picture.addEventListener("pointerdown", event => this.grab(event));
      this.picture.addEventListener("pointermove", event => this.drag(event));
      const still = event => event.target.dataset.grab !== undefined && event.preventDefault(); // or the page would scroll
      this.picture.addEventListener("touchstart", still, { passive: false });
      for (const end of ["pointerup", "pointercancel"]) this.picture.addEventListener(end, () => { this.grabbed = null; });
      this.begin(0);
    }

    begin(index) {
      const { lines, minus, parabola } = this.presets[index];
      Object.assign(this, { lines: lines.map(line => [...line]), minus, parabola, held: 0 });
      this.hand.replaceChildren(...lines.map((_, i) => new Option(`line ${i + 1}`)), new Option("the input x"));
      this.element.querySelectorAll("button").forEach((b, i) => b.setAttribute("aria-pressed", i === index));
      this.show();
    }

    // What the unit computes.
    get groups() {
      const numbers = this.lines.map((_, i) => i), plus = this.lines.length - this.minus;
      return this.minus ? [numbers.slice(0, plus), numbers.slice(plus)] : [numbers];
    }
    height(i, x) { return x * this.lines[i][0] + this.lines[i][1]; }
    winners(x) { // the first of the largest
      return this.groups.map(group => group.reduce((best, i) => (this.height(i, x) > this.height(best, x) ? i : best)));
    }
    value(x) {
      const [plus, minus] = this.winners(x).map(i => this.height(i, x));
      return minus === undefined ? plus : plus - minus;
    }
    get bends() {
      const found = new Set([-REACH, REACH]);
      for (const group of this.groups) for (const i of group) for (const j of group.filter(j => j > i)) {
        const [[w, b], [v, c]] = [this.lines[i], this.lines[j]];
        if (w !== v && Math.abs((c - b) / (w - v)) < REACH) found.add((c - b) / (w - v));
      }
      return [...found].sort((a, b) => a - b);
    }
    get ranges() { // from where to where each line is on top; null for a dead piece
      const found = this.lines.map(() => null), bends = this.bends;
      for (let k = 1; k < bends.length; k++) {
        for (const i of this.winners((bends[k - 1] + bends[k]) / 2)) found[i] = [found[i]?.[0] ?? bends[k - 1], bends[k]];
      }
      return found;
    }
    get distance() { // to x squared
      const [plus, minus] = this.groups.map(group => group.map(i => this.lines[i][0]));
      const slopes = minus ? plus.flatMap(w => minus.map(v => w - v)) : plus;
      const parallel = slopes.map(slope => slope / 2).filter(x => Math.abs(x) < REACH);
      return Math.max(...[...this.bends, ...parallel].map(x => Math.abs(this.value(x) - x * x)));
    }

    // What it says.
    get sentence() {
      const { x, held, lines } = this, at = spell(x), [first, second] = this.winners(x);
      const hand = held === lines.length ? "The input is in hand."
        : `Line ${held + 1} has slope ${spell(lines[held][0])} and offset ${spell(lines[held][1])}.`;
      const onTop = second === undefined
        ? `At x = ${at} line ${first + 1} is on top: h = ${spell(this.value(x))}. It gets all of the gradient, the others nothing.`
        : `At x = ${at} lines ${first + 1} and ${second + 1} are on top: h = ${spell(this.height(first, x))} − `
          + `(${spell(this.height(second, x))}) = ${spell(this.value(x))}. `
          + `Line ${first + 1} gets the gradient, line ${second + 1} its negative, the others nothing.`;
      const shares = this.ranges.map((range, i) => `line ${i + 1} ` + (range
        ? `${Math.floor(100 * (range[1] - range[0]) / (2 * REACH) + 0.5)} %` : "nowhere"));
      const error = this.parabola ? ` Largest distance to x²: ${spell(this.distance)}.` : "";
      return `${hand} ${onTop} On top between −2 and 2: ${shares.join(", ")}.${error}`;
    }

    // How it looks.
    show() {
      const { lines, held, x, ranges, bends } = this, one = name => this.picture.querySelector(name);
      const set = (part, values) => Object.entries(values).forEach(([name, value]) => part.setAttribute(name, value));
      const winners = this.winners(x), at = tenth(across(x));
      this.picture.querySelectorAll(".slot").forEach((slot, i) => {
        const used = i < lines.length, [w, b] = lines[i] ?? [0, 0], [[x1, y1], [x2, y2]] = this.ends(w, b);
        const place = { x1: tenth(across(x1)), y1: tenth(down(y1)), x2: tenth(across(x2)), y2: tenth(down(y2)) };
        const [low, high] = ranges[i] ?? [0, 0], minus = i >= lines.length - this.minus, y = w * x + b;
        set(slot, { visibility: used ? "visible" : "hidden" });
        set(slot.querySelector(".piece"), { ...place, "stroke-width": i === held ? 3 : 1.6 });
        set(slot.querySelector(".grab"), place);
        set(slot.querySelector(".number"), { x: tenth(across(x2) - 9), y: tenth(Math.max(down(y2) - 5, 17)) });
        slot.querySelector(".number").textContent = `${minus && used ? "−" : ""}${i + 1}`;
        set(slot.querySelector(".strip"), { x1: tenth(across(low)), x2: tenth(across(high)), y1: minus ? 251 : 245, y2: minus ? 251 : 245 });
        set(slot.querySelector(".dot"), {
          cx: at, cy: tenth(down(y)), "fill-opacity": +(used && winners.includes(i)),
          visibility: used && LOW <= y && y <= HIGH ? "visible" : "hidden",
        });
      });
      set(one(".top"), { points: bends.map(a => `${tenth(across(a))},${tenth(down(this.value(a)))}`).join(" ") });
      set(one(".parabola"), { visibility: this.parabola ? "visible" : "hidden" });
      set(one(".at"), { x1: at, x2: at });
      set(one("[data-grab=x]"), { cx: at });
      const inHand = held < lines.length, ends = inHand ? this.inset(...this.ends(...lines[held])) : [[0, 0], [0, 0]];
      this.picture.querySelectorAll(".turn").forEach((handle, i) => set(handle, {
        cx: tenth(across(ends[i][0])), cy: tenth(down(ends[i][1])),
        fill: inHand ? one(`[data-grab="${held}"]`).parentElement.getAttribute("fill") : "none",
        visibility: inHand ? "visible" : "hidden",
      }));
      this.showControls();
      one("svg").setAttribute("aria-label", this.sentence);
      this.element.querySelector(".say").textContent = this.sentence;
    }

    showControls() {
      const ofInput = this.held === this.lines.length, [slope, offset] = this.lines[this.held] ?? [this.x, 0];
      this.hand.selectedIndex = this.held;
      this.first.parentElement.querySelector("span").textContent = ofInput ? "input x" : "slope";
      this.first.min = ofInput ? STEP : 0; // the sliders count the steps of the grid, which begins at -3
      this.first.max = ofInput ? 5 * STEP : 6 * STEP;
      this.second.parentElement.hidden = ofInput;
      for (const [slider, value] of [[this.first, slope], [this.second, offset]]) {
        slider.value = Math.round((value + 3) * STEP);
        slider.setAttribute("aria-valuetext", spell(value));
        slider.parentElement.querySelector("output").textContent = spell(value);
      }
    }

    ends(w, b) { // where a line enters and leaves the drawing
      if (w === 0) return [[-REACH, b], [REACH, b]];
      const [from, to] = [(LOW - b) / w, (HIGH - b) / w].sort((a, b) => a - b);
      const [low, high] = [Math.max(-REACH, from), Math.min(REACH, to)];
      return [[low, w * low + b], [high, w * high + b]];
    }

    inset([a, b], [c, d]) { // the places of the handles
      return [[a + 0.08 * (c - a), b + 0.08 * (d - b)], [c - 0.08 * (c - a), d - 0.08 * (d - b)]];
    }

    // How it moves.
    slid() {
      const [a, b] = [this.first, this.second].map(slider => slider.value / STEP - 3);
      if (this.held === this.lines.length) this.x = snap(a, REACH); else this.lines[this.held] = [snap(a), snap(b)];
      this.show();
    }

    grab(event) {
      const { grab } = event.target.dataset;
      if (grab === undefined) return;
      event.preventDefault();
      this.picture.setPointerCapture(event.pointerId);
      const [, y] = this.place(event), turning = grab === "left" || grab === "right";
      if (!turning) this.held = grab === "x" ? this.lines.length : +grab;
      const line = this.lines[this.held];
      this.grabbed = { grab, y, line: line && [...line], pivot: turning && this.inset(...this.ends(...line))[grab === "left" ? 1 : 0] };
      this.show();
    }

    drag(event) {
      if (!this.grabbed) return;
      const [x, y] = this.place(event), { grab, line, pivot } = this.grabbed;
      if (grab === "x") this.x = snap(x, REACH);
      else if (pivot) { // turn about the other end
        if (Math.abs(x - pivot[0]) < 0.05) return;
        const slope = snap((y - pivot[1]) / (x - pivot[0]));
        this.lines[this.held] = [slope, snap(pivot[1] - slope * pivot[0])];
      } else this.lines[this.held] = [line[0], snap(line[1] + y - this.grabbed.y)];
      this.show();
    }

    place(event) { // of a pointer, in inputs and outputs
      const box = this.picture.querySelector("svg").getBoundingClientRect(), scale = 360 / box.width;
      return [((event.clientX - box.left) * scale - 190) / 80, (134 - (event.clientY - box.top) * scale) / 28];
    }
  }

  // A number as readers type it: 0.02, 2e-3, 2·10^-3, 1/4, 5 %. The same as _number in tipslib.quiz.
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

  // A reply: a verdict, and what there is to say.
  const say = (element, verdict, reply) => {
    const strong = Object.assign(document.createElement("strong"), { textContent: verdict });
    element.querySelector(".reply").replaceChildren(strong, " ", reply);
  };

  class Quiz extends HTMLElement {
    connectedCallback() {
      this.data = JSON.parse(this.querySelector("script").textContent);
      this.querySelector("form").addEventListener("submit", event => { event.preventDefault(); this.answer(); });
    }

    answer() {
      const { kind } = this.data;
      const field = this.querySelector(kind === "choose" ? "input:checked" : "input");
      const given = kind === "choose" ? +(field?.value ?? NaN) : number(field.value);
      if (!Number.isFinite(given)) {
        delete this.dataset.state;
        return say(this, "", kind === "choose" ? "Choose an answer first." : "Type a number, such as 0.02 or 2e-3.");
      }
      const [right, reply] = kind === "choose" ? this.chosen(given) : this.estimated(given);
      this.dataset.state = right ? "right" : "wrong";
      say(this, right ? "Right." : "Not yet.", reply);
      this.dispatchEvent(new CustomEvent("tips-answer", { bubbles: true, detail: { right } }));
    }

    chosen(index) { return [index === this.data.right, this.data.options[index][1]]; }

    estimated(given) {
      const { options, right: answer, factor } = this.data;
      const right = given > 0 && Math.abs(Math.log(given / answer)) <= Math.log(factor) + 1e-9;
      const near = number => Math.abs(given - number) <= 0.05 * number;
      const known = options.find(([number]) => near(number) && (right || number !== answer));
      if (known) return [right, known[1]];
      if (right) return [true, `Right: the answer is ${short(answer)}.`];
      if (near(answer)) return [false, "That is near. Work it out with more digits."];
      if (given <= 0) return [false, "The answer is a number above 0."];
      const size = short(Math.max(given / answer, answer / given));
      return [false, `Too ${given > answer ? "large" : "small"}, by a factor of about ${size}. Try again.`];
    }
  }

  // The diagnosis clinic: a patient is a chart with two questions, one after the other, and a treated run. Its charts are
  // frames, two for each patient; stories, options, replies and statistics lie in the same file.
  class Clinic extends Explore {
    connectedCallback() {
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
      this.draw(this.querySelector(".picture"), this.querySelector(".say"), 2 * this.patient.selectedIndex);
      this.fill(this.querySelector(".vitals"));
      this.querySelector(".cure").textContent = "";
      this.forms.forEach((_, i) => this.ask(i));
      this.querySelector(".healed").hidden = this.forms[1].hidden = true;
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
      delete form.dataset.state;
      form.querySelector(".reply").replaceChildren();
      form.hidden = false;
    }

    answer(number) {
      const form = this.forms[number], { options, right } = this.case.questions[number];
      const given = form.querySelector("input:checked");
      if (!given) {
        delete form.dataset.state;
        return say(form, "", "Choose an answer first.");
      }
      const won = +given.value === right;
      form.dataset.state = won ? "right" : "wrong";
      say(form, won ? "Right." : "Not yet.", options[given.value][1]);
      if (won) this.go(number);
    }

    tell(number) {
      const form = this.forms[number], { options, right } = this.case.questions[number], [text, reply] = options[right];
      form.querySelectorAll("input")[right].checked = true;
      form.dataset.state = "right";
      say(form, `${text}.`, reply);
      this.go(number);
    }

    go(number) { // to the second question, or to the treated run
      if (number === 0) { if (this.forms[1].hidden) this.ask(1); return; }
      const { cure, reading } = this.case, healed = this.querySelector(".healed");
      const [before, after] = healed.querySelectorAll(".picture"), sentence = healed.querySelector(".say");
      [before, after].forEach((picture, i) => {
        this.draw(picture, sentence, 2 * this.patient.selectedIndex + i);
        picture.innerHTML = picture.innerHTML.replace(/(id="|url\(#|href="#)/g, `$1${"ba"[i]}-`); // ids of its own
      });
      this.fill(healed.querySelector(".vitals"));
      healed.querySelector(".reading").hidden = !reading;
      if (reading) Object.assign(healed.querySelector("a"), { href: reading[0], textContent: reading[1] });
      healed.hidden = false;
      this.querySelector(".cure").textContent = cure;
    }
  }

  customElements.define("tips-explore", Explore);
  customElements.define("tips-quiz", Quiz);
  customElements.define("tips-clinic", Clinic);
})();
