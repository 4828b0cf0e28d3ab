// SPDX-License-Identifier: MIT
/*
 * The page: takes a sample of memory every so often, keeps it, and shows the newest one,
 * or the one that the timeline was moved to.
 *
 * Where memory comes from is said by guest.json: a guest behind the server of tools/viz,
 * or one that runs in an emulator in this page (emulator.js), as make viz-web has it.
 */
import {BuddyPanel} from "./buddy.js";
import {Decoder, cellKind, cellText} from "./decode.js";
import {element} from "./dom.js";
import {Explainer, size} from "./explain.js";
import {History} from "./history.js";
import {Kernel, Layout} from "./kernel.js";
import {FrameMap} from "./map.js";
import {AnotherGuest, RemoteMemory} from "./memory.js";
import {SlabPanel} from "./slabs.js";
import {TablePanel} from "./tables.js";
import {Timeline} from "./timeline.js";
import {VirtualPanel} from "./virtual.js";

const PERIOD = 400;		// milliseconds between two samples
const $ = id => document.getElementById(id);

async function json(name) {
	const response = await fetch(name, {cache: "no-store"});

	if (!response.ok)
		throw new Error(`${name}: ${response.status} ${await response.text()}`);
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
		this.pinned = null;		// an address or a frame that the detail box is about
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
			hover: (pfn, event) => this.tip(pfn, event),
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
		$("live").onclick = () => this.scrub(this.shown < 0 ? this.history.length - 1 : -1);
		$("find").onsubmit = event => {
			event.preventDefault();
			this.find($("address").value.trim());
		};
		document.onkeydown = event => {
			if (event.target.matches("input, textarea"))
				return;
			if (event.key === " ")
				this.scrub(this.shown < 0 ? this.history.length - 1 : -1);
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
			await new Promise(resolve => setTimeout(resolve, Math.max(PERIOD - (performance.now() - begin), PERIOD / 4)));
		}
	}

	async sample() {
		const wantTables = $("tables").classList.contains("on");
		const {model, levels, detail} = await this.memory.sample(memory => {
			const model = this.decoder.decode(memory);
			const kernel = model.why ? null : new Kernel(this.layout, memory);
			return {model, levels: kernel && wantTables ? this.tables.read(kernel) : null,
				detail: kernel && this.pinned?.vaddr !== undefined
					? this.explainer.address(kernel, model, this.pinned.vaddr) : null};
		});

		const runs = this.history.push(model, Date.now());
		this.levels = levels;
		if (this.pinned && detail)
			this.pinned.detail = detail;
		if (this.shown < 0)
			this.show(model, runs, true);
		else
			this.timeline.draw();
	}

	show(model, runs, flash) {
		this.notice(model.why ? `Not set up yet: ${model.why}.` : "");
		this.model = model;
		this.map.show(model, runs, flash);
		for (const [name, panel] of Object.entries(this.panels))
			if ($(name).classList.contains("on"))
				panel.show(model);
		if (this.levels && $("tables").classList.contains("on"))
			this.tables.show(this.levels);
		this.legend(model);
		this.detail();
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
		if (index >= 0 && this.shown < 0 && index === this.history.length - 1) {
			this.shown = index;		// stop at the newest
			$("live").classList.remove("on");
			$("live").textContent = "paused";
		}
		if (this.history.length)
			this.show(this.history.at(this.shown < 0 ? this.history.length - 1 : this.shown), null, false);
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
		const counts = this.history.count(model.cells);

		if (!$("legend").children.length) {
			$("legend").append(...this.decoder.kinds.map((kind, index) => {
				const colour = kind.orders ? `linear-gradient(90deg, ${kind.orders.join()})` : kind.colour;
				const entry = element("button", {}, element("i", {style: {background: colour}}), kind.name, element("b"));
				entry.onpointerenter = () => this.map.highlight(cell => cellKind(cell) === index);
				entry.onpointerleave = () => this.map.highlight(null);
				return entry;
			}));
		}
		[...$("legend").children].forEach((entry, index) => {
			entry.hidden = !counts[index];
			entry.lastChild.textContent = size(counts[index] * 4096);
		});
	}

	highlightCache(name) {
		const id = name === null ? -1 : this.decoder.names.id(name), {slab} = this.decoder.kind;

		this.map.highlight(name === null ? null : cell => cellKind(cell) === slab && cellText(cell) === id);
	}

	tip(pfn, event) {
		const tip = $("tip");

		tip.hidden = pfn < 0 || !this.model || pfn >= this.model.number;
		if (tip.hidden)
			return;
		tip.replaceChildren(...this.lines(this.explainer.frame(this.model, pfn)));
		const {offsetWidth: width, offsetHeight: height} = tip;
		const x = event.clientX + 18 + width > innerWidth ? event.clientX - 18 - width : event.clientX + 18;
		tip.style.left = `${Math.max(x, 4)}px`;
		tip.style.top = `${Math.min(event.clientY + 16, innerHeight - height - 8)}px`;
	}

	lines([title, lines]) {
		return [element("h3", {}, title), ...lines.map(line => element("div", {}, line))];
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
		this.detail();
	}

	pinAddress(vaddr) {
		this.pinned = {vaddr};
		this.tables.vaddr = vaddr;
		this.detail();
	}

	detail() {
		const pinned = this.pinned, box = $("detail");

		if (pinned?.detail && pinned.pfn !== pinned.detail[2]) {
			pinned.pfn = pinned.detail[2];
			this.map.pick(pinned.pfn);
			if (pinned.pfn >= 0)
				this.map.focus(pinned.pfn);
		}
		const about = pinned?.detail ?? (pinned?.pfn >= 0 && pinned.pfn < this.model.number
			? this.explainer.frame(this.model, pinned.pfn) : null);
		box.hidden = !about;
		if (!about)
			return;
		box.replaceChildren(...this.lines(about));
		box.firstChild.append(element("button", {onclick: () => this.pinFrame(-1, false)}, "×"));
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
		for (const tab of $("tabs").children)
			tab.classList.toggle("on", tab.dataset.panel === name);
		for (const panel of $("panels").children)
			panel.classList.toggle("on", panel.id === name);
		if (this.model)
			this.show(this.model, new Uint32Array(0), false);
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
	$("map").replaceWith($("map").cloneNode());
	$("timeline").replaceWith($("timeline").cloneNode());
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
		await new Promise(resolve => setTimeout(resolve, 2000));
	}
}
