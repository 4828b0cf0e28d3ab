// SPDX-License-Identifier: MIT
/*
 * The page: takes a sample of memory every so often, keeps it, and shows the newest one,
 * or the one that the timeline was moved to; the memory that it was made of is kept as
 * well, so that frames, addresses and page tables of the past are explained as of now.
 *
 * The guest runs while it is read. A sample in which the kernel's own counts do not agree
 * with what was found is taken again at once; when that does not help (the guest is busy,
 * or was stopped in the middle of a change), it is shown and said so, and the next ones are
 * not taken again until one fits.
 *
 * A guest in this page has the same thread, so samples take no more than a third of it.
 *
 * Where memory comes from is said by guest.json: a guest behind the server of tools/viz,
 * or one that runs in an emulator in this page (emulator.js), as make viz-web has it.
 */
import {BuddyPanel} from "./buddy.js";
import {Decoder, cellKind, cellText, cellZone} from "./decode.js";
import {element} from "./dom.js";
import {Explainer, size} from "./explain.js";
import {History} from "./history.js";
import {Kernel, Layout} from "./kernel.js";
import {FrameMap, ZONE_COLOURS} from "./map.js";
import {AnotherGuest, RemoteMemory} from "./memory.js";
import {Past} from "./past.js";
import {SlabPanel} from "./slabs.js";
import {TablePanel} from "./tables.js";
import {Timeline} from "./timeline.js";
import {VirtualPanel} from "./virtual.js";

const PERIOD = 400;		// milliseconds between two samples
const TRIES = 4, AGAIN = 20;	// for a sample in which all fits together, so many milliseconds apart
const $ = id => document.getElementById(id);
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

async function json(name) {
	const response = await fetch(name, {cache: "no-store"}).catch(() => {
		throw new Error("The server of this page does not answer.");
	});

	if (!response.ok)
		throw new Error(response.status === 404 ? `${name} is missing.` : await response.text());
	return response.json();
}

class Page {
	constructor(guest, layout, kinds, memory) {
		this.guest = guest;
		this.memory = memory;
		this.layout = new Layout(layout);
		this.decoder = new Decoder(this.layout, kinds);
		this.explainer = new Explainer(this.decoder);
		this.history = new History(kinds.length);
		this.past = new Past();
		this.pinned = null;		// {vaddr} or {pfn} that the detail box is about
		this.hovered = null;		// likewise for the tip, with where the pointer is
		this.colouring = "use";
		this.shown = -1;		// sample that is shown; -1: the newest
		this.makeParts();
		this.listen();
	}

	makeParts() {
		const on = {
			mark: blocks => this.map.mark(blocks),
			pick: pfn => this.pinFrame(pfn, true),
			highlight: name => this.highlightCache(name),
			address: vaddr => this.pinAddress(vaddr),
			hover: (pfn, event) => this.hover(pfn < 0 ? null : {pfn}, event),
			hoverAddress: (vaddr, event) => this.hover(vaddr === null ? null : {vaddr}, event),
			scrub: index => this.scrub(index),
		};

		this.map = new FrameMap($("map"), this.decoder, {...on, pick: pfn => this.pinFrame(pfn, false)});
		this.panels = {buddy: new BuddyPanel($("buddy"), this.decoder, on),
			       slabs: new SlabPanel($("slabs"), this.decoder, on),
			       virtual: new VirtualPanel($("virtual"), this.decoder, on)};
		this.tables = new TablePanel($("tables"), this.decoder, on);
		this.timeline = new Timeline($("timeline"), this.history, this.decoder, on);
	}

	listen() {
		for (const tab of $("tabs").children)
			tab.onclick = () => this.choose(tab.dataset.panel);
		$("tabs").onkeydown = event => this.nextTab(event);
		for (const button of $("colouring").children)
			button.onclick = () => this.colour(button.dataset.by);
		$("live").onclick = () => this.scrub(this.shown < 0 ? this.history.length - 1 : -1);
		$("find").onsubmit = event => {
			event.preventDefault();
			this.find($("address").value.trim());
		};
		document.onkeydown = event => {
			if (event.defaultPrevented || event.target.matches("input, textarea, .xterm *") || event.ctrlKey || event.altKey || event.metaKey)
				return;
			if (event.key === " " && !event.target.matches("button"))
				this.scrub(this.shown < 0 ? this.history.length - 1 : -1);
			else if (event.key === "/")
				$("address").focus();
			else if (event.key === "ArrowLeft" || event.key === "ArrowRight")
				this.step(event.key === "ArrowLeft" ? -1 : 1);
			else
				return;
			event.preventDefault();
		};
	}

	/* --- sampling ------------------------------------------------------------------------ */

	/** Sample for ever. Return: only when the guest is another one. */
	async run() {
		for (;;) {
			const begin = performance.now();
			try {
				await this.sample();
				$("live").classList.remove("lost");
			} catch (error) {
				if (error instanceof AnotherGuest)
					return;
				$("live").classList.add("lost");
				this.notice(error.message);
			}
			const took = performance.now() - begin;
			await sleep(Math.max(PERIOD - took, this.guest.kind === "emulator" ? 2 * took : PERIOD / 4));
		}
	}

	async sample() {
		for (let tries = 1; ; tries++) {
			const whole = ({model}) => !model.torn.length || tries === TRIES || this.history.last?.torn.length > 0;
			const seen = await this.memory.sample(memory => this.look(memory, this.decoder.decode(memory)),
							      (found, frames) => whole(found) && this.keep(found, frames));
			if (whole(seen))
				return;
			await sleep(AGAIN);
		}
	}

	/** A sample joins the others. */
	keep(seen, frames) {
		const oldest = this.history.first;
		const runs = this.history.push(seen.model, Date.now());

		this.past.push(this.history.first + this.history.length - 1, frames);
		if (this.shown < 0) {
			this.show(seen, runs, true);
			return;
		}
		this.shown = Math.max(0, this.shown - (this.history.first - oldest));
		this.timeline.at = this.shown;
		this.timeline.draw();
		this.moment();
	}

	/** Model, page tables and what is pinned, as a memory has them. */
	look(memory, model) {
		const kernel = model.why || !memory ? null : new Kernel(this.layout, memory);

		return {model, levels: kernel && $("tables").classList.contains("on") ? this.tables.read(kernel) : null,
			detail: kernel && this.pinned ? this.answer(kernel, model, this.pinned) : null,
			tip: kernel && this.hovered ? this.answer(kernel, model, this.hovered) : null};
	}

	show(seen, runs, flash) {
		const {model} = seen;

		this.seen = seen;
		this.notice(model.why ? `Not set up yet: ${model.why}.` : "");
		$("torn").hidden = !model.torn.length;
		$("torn").title = model.torn.join("\n");
		this.model = model;
		this.map.show(model, runs, flash);
		for (const [name, panel] of Object.entries(this.panels))
			if ($(name).classList.contains("on"))
				panel.show(model);
		if ($("tables").classList.contains("on"))
			this.tables.show(seen.levels);
		this.legend(model);
		this.detail();
		this.tip();
		this.moment();
		this.timeline.at = this.shown;
		this.timeline.draw();
	}

	notice(text) {
		$("notice").textContent = text;
		$("notice").hidden = !text;
	}

	/* --- time ---------------------------------------------------------------------------- */

	scrub(index) {
		this.shown = index >= this.history.length - 1 ? -1 : index;
		$("live").classList.toggle("on", this.shown < 0);
		$("live").textContent = this.shown < 0 ? "live" : "paused";
		$("live").ariaPressed = String(this.shown < 0);
		if (index >= 0 && this.shown < 0 && index === this.history.length - 1) {
			this.shown = index;		// stop at the newest
			$("live").classList.remove("on");
			$("live").textContent = "paused";
			$("live").ariaPressed = "false";
		}
		this.again();
	}

	/** Show what is shown once more: another moment of it, or another part. */
	again() {
		if (!this.history.length)
			return;
		const index = this.shown < 0 ? this.history.length - 1 : this.shown;
		this.show(this.look(this.past.at(this.history.first + index), this.history.at(index)), null, false);
	}

	step(by) {
		const from = this.shown < 0 ? this.history.length - 1 : this.shown;
		const to = Math.max(0, from + by);

		this.scrub(to >= this.history.length ? -1 : to);
	}

	moment() {
		const samples = this.history.samples;
		const sample = samples[this.shown < 0 ? samples.length - 1 : this.shown];
		const ago = (samples[samples.length - 1].time - sample.time) / 1000;

		$("moment").replaceChildren(element("b", {}, new Date(sample.time).toLocaleTimeString("en-GB")),
					    this.shown < 0 ? "now" : `${ago.toFixed(1)} s ago`);
	}

	/* --- what things are ------------------------------------------------------------------ */

	legend(model) {
		const zones = this.colouring === "zone", counts = this.history.count(model.cells);
		const entries = zones ? model.zones.map(zone => ({name: zone.name, colour: ZONE_COLOURS[zone.index],
								   number: zone.present, test: cell => cellZone(cell) === zone.index}))
			: this.decoder.kinds.map((kind, index) => ({name: kind.name, number: counts[index],
								    colour: kind.orders ? `linear-gradient(90deg, ${kind.orders.join()})` : kind.colour,
								    test: cell => cellKind(cell) === index}));
		const key = this.colouring + entries.map(entry => entry.name).join();

		if (this.legendKey !== key) {
			this.legendKey = key;
			$("legend").replaceChildren(...entries.map(({name, colour, test}) => {
				const entry = element("button", {}, element("i", {style: {background: colour}}), name, element("b"));
				entry.onpointerenter = entry.onfocus = () => this.map.highlight(test);
				entry.onpointerleave = entry.onblur = () => this.map.highlight(null);
				return entry;
			}));
		}
		[...$("legend").children].forEach((entry, index) => {
			entry.hidden = !entries[index].number;
			entry.lastChild.textContent = size(entries[index].number * 4096);
		});
	}

	/** Colour the map by what frames are used for, or by their zones. */
	colour(by) {
		this.colouring = by;
		for (const button of $("colouring").children)
			button.ariaPressed = String(button.dataset.by === by);
		this.map.colourBy(by);
		if (this.model)
			this.legend(this.model);
	}

	highlightCache(name) {
		const id = name === null ? -1 : this.decoder.names.id(name), {slab} = this.decoder.kind;

		this.map.highlight(name === null ? null : cell => cellKind(cell) === slab && cellText(cell) === id);
	}

	/** {lines, pfn} about a frame or an address, from memory. */
	answer(kernel, model, {vaddr, pfn}) {
		if (vaddr !== undefined)
			return this.explainer.address(kernel, model, vaddr);
		return pfn < model.number ? {lines: this.explainer.frame(kernel, model, pfn), pfn} : null;
	}

	/** The pointer is on a frame or on an address, or on nothing. */
	hover(what, event) {
		this.hovered = what && {...what, x: event.clientX, y: event.clientY};
		if (this.seen)
			this.seen.tip = null;
		this.tip();
		if (what && this.model && !this.model.why)
			this.ask();
	}

	/** Fetch what the tip needs of memory; there may be another question by then. */
	async ask() {
		const about = this.hovered, {model} = this;
		const read = memory => this.answer(new Kernel(this.layout, memory), model, about);

		if (this.shown >= 0) {
			const memory = this.past.at(this.history.first + this.shown);
			this.seen.tip = memory && read(memory);
		} else {
			const found = await this.memory.look(read).catch(() => null);
			if (this.hovered !== about || this.shown >= 0)
				return;
			this.seen.tip = found;
		}
		this.tip();
	}

	tip() {
		const tip = $("tip"), {hovered, model} = this;
		const lines = !hovered || !model ? null : this.seen.tip?.lines ??
			(hovered.pfn < model.number ? this.explainer.summary(model, hovered.pfn) : null);

		tip.hidden = !lines;
		if (!lines)
			return;
		tip.replaceChildren(...this.lines(lines));
		const {offsetWidth: width, offsetHeight: height} = tip;
		const x = hovered.x + 18 + width > innerWidth ? hovered.x - 18 - width : hovered.x + 18;
		const y = hovered.y + 16 + height > innerHeight - 8 ? hovered.y - 16 - height : hovered.y + 16;
		tip.style.left = `${Math.max(x, 4)}px`;
		tip.style.top = `${Math.max(y, 4)}px`;
	}

	/** What explain prints: the first line is the heading, those that begin with blanks belong to the one before. */
	lines([title, ...lines]) {
		return [element("h3", {}, title), ...lines.map(line => element("div", {className: line.startsWith(" ") ? "more" : ""}, line.trim()))];
	}

	/** Keep the box about a frame; @go: bring it into view as well. */
	pinFrame(pfn, go) {
		this.pinned = pfn < 0 ? null : {pfn};
		this.map.pick(pfn);
		if (go && pfn >= 0)
			this.map.focus(pfn);
		const vaddr = this.layout.constants.PAGE_OFFSET + pfn * 4096;
		if (pfn >= 0 && vaddr < this.model.highMemory)
			this.tables.vaddr = vaddr;
		this.refresh();
	}

	pinAddress(vaddr) {
		this.pinned = {vaddr, follow: true};
		this.tables.vaddr = vaddr;
		this.refresh();
	}

	/** The box is about something else: at once in the past, else from a look at memory as it is. */
	async refresh() {
		if (!this.model)
			return;
		if (this.shown >= 0 || this.model.why) {
			this.again();
			return;
		}
		const {pinned} = this;
		this.seen.detail = null;
		this.detail();
		const seen = await this.memory.look(memory => this.look(memory, this.model)).catch(() => null);
		if (!seen || this.pinned !== pinned || this.shown >= 0)
			return;
		this.seen = seen;
		if (seen.levels)
			this.tables.show(seen.levels);
		this.detail();
	}

	detail() {
		const {pinned} = this, box = $("detail"), about = this.seen?.detail;

		if (pinned?.follow && about) {
			pinned.follow = false;
			this.map.pick(about.pfn);
			if (about.pfn >= 0)
				this.map.focus(about.pfn);
		}
		const lines = about?.lines ?? (pinned?.pfn < this.model.number ? this.explainer.summary(this.model, pinned.pfn) : null);
		box.hidden = !pinned || !lines;
		if (box.hidden)
			return;
		box.replaceChildren(element("button", {onclick: () => this.pinFrame(-1, false), title: "close", ariaLabel: "close"}, "×"),
				    ...this.lines(lines));
	}

	/** An address, a frame as "pfn N", or a symbol. */
	find(text) {
		const frame = text.match(/^pfn\s+(0x[0-9a-f]+|\d+)$/i);
		const number = /^(0x)?[0-9a-f]+$/i.test(text) ? parseInt(text, 16) : this.layout.find(text);

		$("find").classList.toggle("wrong", !frame && (number === undefined || number >= 2 ** 32));
		if (frame)
			this.pinFrame(Number(frame[1]) < this.model.number ? Number(frame[1]) : -1, true);
		else if (number !== undefined && number < 2 ** 32)
			this.pinAddress(number);
	}

	choose(name) {
		for (const tab of $("tabs").children) {
			tab.classList.toggle("on", tab.dataset.panel === name);
			tab.ariaSelected = String(tab.dataset.panel === name);
			tab.tabIndex = tab.dataset.panel === name ? 0 : -1;
		}
		for (const panel of $("panels").children)
			panel.classList.toggle("on", panel.id === name);
		if (this.model)
			this.panels[name]?.show(this.model);
		this.refresh();
	}

	/** Arrows go from tab to tab. */
	nextTab(event) {
		const tabs = [...$("tabs").children], step = {ArrowLeft: -1, ArrowRight: 1}[event.key];

		if (!step)
			return;
		event.preventDefault();
		const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
		next.focus();
		this.choose(next.dataset.panel);
	}
}

/** Show one guest until there is another. */
async function attach() {
	const [guest, layout, {kinds}] = await Promise.all([json("guest.json"), json("layout.json"), json("kinds.json")]);
	let memory = new RemoteMemory("memory");

	$("guest").textContent = guest.title;
	if (guest.kind === "emulator") {
		const {startEmulator} = await import("./emulator.js");
		memory = await startEmulator(guest, $("console"));
	}
	$("legend").replaceChildren();
	for (const id of ["map", "timeline", "buddy", "slabs", "virtual", "tables"])
		$(id).replaceWith($(id).cloneNode());		// without the listeners of the page before
	const page = new Page(guest, layout, kinds, memory);
	window.k896 = page;		// for tests, and for whoever opens the browser's console
	await page.run();
}

for (;;) {
	try {
		await attach();
	} catch (error) {
		$("notice").textContent = error.message;
		$("notice").hidden = false;
		$("guest").textContent = "no guest";
		$("live").classList.add("lost");
		await sleep(2000);
	}
}
