// SPDX-License-Identifier: MIT
/*
 * The page tables of an address as a tree: the directory as 32 by 32 squares, the table
 * that its entry leads to likewise, then the frame. A click on a square goes there. All of
 * it is as it was at the moment that is shown.
 */
import {element, legend, sharpCanvas} from "./dom.js";
import {hex} from "./kernel.js";

const SIDE = 32, CELL = 5;
const BITS = ["P", "RW", "US", "PWT", "PCD", "A", "D", "PS", "G"];
const COLOURS = {none: "#eceae3", table: "#d1405b", large: "#a9d6c0", page: "#3d7fc4", readonly: "#3a4550"};

const KEY = [[COLOURS.none, "not present"], [COLOURS.table, "leads to a page table"], [COLOURS.large, "4 MiB page"],
	[COLOURS.page, "4 KiB page"], [COLOURS.readonly, "4 KiB page, read-only"]];

/** The names of an entry's set bits. */
export function bits(entry) {
	return BITS.filter((_, i) => entry & 1 << i).join(" ");
}

function kindOf(table, entry) {
	if (!(entry & 1))
		return "none";
	if (table === "pgd")
		return entry & 0x80 ? "large" : "table";
	return entry & 2 ? "page" : "readonly";
}

export class TablePanel {
	/** @param on: {address(vaddr), mark(blocks), pick(pfn)} */
	constructor(root, decoder, on) {
		this.root = root;
		this.decoder = decoder;
		this.on = on;
		this.vaddr = decoder.layout.json.symbols._stext;
	}

	/** What there is to draw, read from memory: all entries of the tables on the way. */
	read(kernel) {
		return kernel.walk(this.vaddr).map(level => ({...level, entries: kernel.memory.page(level.at >>> 12)?.slice() ??
			new Uint32Array(1024)}));
	}

	/** @levels: what read() returned; null when memory of that moment is not kept any more */
	show(levels) {
		if (!levels) {
			this.root.replaceChildren(element("p", {className: "rest"}, "Page tables of that moment are not known."));
			return;
		}
		const last = levels[levels.length - 1];

		this.root.replaceChildren(
			element("section", {}, element("h3", {}, `Translation of ${hex(this.vaddr)}`),
				element("p", {className: "path"}, this.path(levels))),
			element("div", {className: "tree"}, ...levels.map(level => this.table(level))),
			element("section", {className: "frame"}, last.target < 0
				? element("p", {}, "Nothing is mapped there.")
				: element("button", {onclick: () => this.on.pick(last.target >>> 12)},
					  `frame ${hex(last.target >>> 12, 1)}  ·  physical ${hex(last.target)}`)),
			legend(KEY));
	}

	path(levels) {
		return ["cr3", ...levels.map(level => `${level.table}[${level.index}]`),
			levels[levels.length - 1].target < 0 ? "nothing" : "frame"].join("  →  ");
	}

	table(level) {
		const [canvas, c] = sharpCanvas(SIDE * CELL, SIDE * CELL);
		const span = level.table === "pgd" ? 2 ** 22 : 4096;

		level.entries.forEach((entry, i) => {
			c.fillStyle = COLOURS[kindOf(level.table, entry)];
			c.fillRect(i % SIDE * CELL, Math.floor(i / SIDE) * CELL, CELL - 1, CELL - 1);
		});
		c.strokeStyle = "#1b1e22";
		c.lineWidth = 2;
		c.strokeRect(level.index % SIDE * CELL - 1, Math.floor(level.index / SIDE) * CELL - 1, CELL + 1, CELL + 1);
		const at = event => Math.min(Math.floor(event.offsetY / CELL), SIDE - 1) * SIDE + Math.min(Math.floor(event.offsetX / CELL), SIDE - 1);
		const base = level.table === "pgd" ? 0 : this.vaddr - this.vaddr % 2 ** 22;
		canvas.addEventListener("pointermove", event => {
			canvas.title = `${level.table}[${at(event)}] maps ${hex(base + at(event) * span)}: ${bits(level.entries[at(event)]) || "none"}`;
		});
		canvas.addEventListener("click", event => this.on.address(base + at(event) * span));
		const empty = level.entries.reduce((n, entry) => n + !(entry & 1), 0);
		return element("section", {className: "table"},
			element("h3", {}, level.table === "pgd" ? "page directory" : "page table"),
			canvas,
			element("p", {className: "entry"}, `[${level.index}] = ${hex(level.entry)}`, element("br"), bits(level.entry) || "not present"),
			element("small", {}, `${1024 - empty} present · ${hex(level.at)}`));
	}
}
