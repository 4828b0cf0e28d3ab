// SPDX-License-Identifier: MIT
/*
 * The kernel's quarter of the address space: its regions, each on a scale of its own; the
 * vmalloc space with its areas; the slots of kmap() and of kmap_atomic().
 */
import {element, grouped, sharpCanvas} from "./dom.js";
import {size} from "./explain.js";
import {hex} from "./kernel.js";

const WIDTH = 372;
const COLOURS = {vmalloc: "#8b67bd", ioremap: "#3d7fc4", vmap: "#b99bdc", reserved: "#8d9aa5", freed: "#cfccc2", pooled: "#e3e0d8"};
const SLOT = 5, SLOTS_A_ROW = 64;

export class VirtualPanel {
	/** @param on: {mark(blocks), address(vaddr), hoverAddress(vaddr or null, event)} */
	constructor(root, decoder, on) {
		this.root = root;
		this.decoder = decoder;
		this.on = on;
	}

	show(model) {
		const {regions, areas, slots, locals} = model;

		if (this.seen && this.seen.areas === areas && this.seen.slots === slots && this.seen.locals === locals &&
		    this.seen.regions === regions)
			return;
		this.seen = {regions, areas, slots, locals};
		this.root.replaceChildren(
			element("section", {}, element("h3", {}, "Kernel address space"), this.regions(regions)),
			this.space(model),
			this.kmap(slots),
			this.local(locals, model));
	}

	/** The layout, highest address first, as a column of boxes of which only the order is to scale. */
	regions(regions) {
		const merged = [];

		for (const region of regions.filter(r => r.start >= this.decoder.layout.constants.PAGE_OFFSET)) {
			const last = merged[merged.length - 1];
			if (last && region.name.startsWith("kernel ") && last.name === "kernel image")
				last.end = region.end;
			else
				merged.push({...region, name: region.name.startsWith("kernel ") ? "kernel image" : region.name});
		}
		return element("div", {className: "layout"}, ...merged.reverse().map(region => {
			const log = Math.max(0, Math.log2((region.end - region.start) / 4096));
			const hole = /hole|last page/.test(region.name);
			return element("div", {className: hole ? "region hole" : "region", style: {height: `${hole ? 17 : 14 + log}px`}},
				element("span", {className: "address"}, hex(region.start)),
				element("span", {className: "name"}, region.name),
				element("span", {className: "size"}, size(region.end - region.start)));
		}));
	}

	/** The part of the vmalloc space that is in use, as a bar, and its areas. */
	space(model) {
		const {VMALLOC_OFFSET, VMALLOC_END} = this.decoder.layout.constants;
		const start = model.highMemory + VMALLOC_OFFSET;
		const used = model.areas.reduce((end, area) => Math.max(end, area.end), start);
		const extent = Math.max(2 ** Math.ceil(Math.log2(Math.max(used - start, 65536))), 65536);
		const [canvas, c] = sharpCanvas(WIDTH, 34);
		const x = address => (address - start) / extent * WIDTH;

		c.fillStyle = "#f1efe9";
		c.fillRect(0, 0, WIDTH, 34);
		for (const area of model.areas) {
			c.fillStyle = COLOURS[area.kind];
			c.fillRect(x(area.start), 0, Math.max(x(area.end) - x(area.start) - 0.5, 1), 34);
		}
		canvas.addEventListener("pointermove", event => {
			const address = start + event.offsetX / WIDTH * extent;
			const area = model.areas.find(a => address >= a.start && address < a.end);
			this.on.hoverAddress(address - address % 4096, event);
			this.on.mark((area?.pfns ?? []).slice(0, 512).map(pfn => [pfn, 0]));
		});
		canvas.addEventListener("pointerleave", event => this.leave(event));
		canvas.addEventListener("click", event => {
			const address = start + event.offsetX / WIDTH * extent;
			this.on.address(address - address % 4096);
		});
		return element("section", {},
			element("h3", {}, "vmalloc space", element("small", {},
				`${size(extent)} of ${size(VMALLOC_END - start)} shown, from ${hex(start)}`)),
			canvas, this.areas(model.areas));
	}

	leave(event) {
		this.on.mark([]);
		this.on.hoverAddress(null, event);
	}

	areas(areas) {
		const shown = areas.slice(0, 60);

		return element("div", {className: "areas"}, ...shown.map(area => {
			const row = element("button", {className: "area"},
				element("i", {style: {background: COLOURS[area.kind]}}),
				element("span", {className: "address"}, hex(area.start)),
				element("span", {className: "size"}, size(area.end - area.start)),
				element("span", {className: "name"}, `${area.kind === "vmalloc" ? "" : `${area.kind} `}` +
					this.decoder.layout.symbol(area.caller).replace(/\/0x.*/, "")));
			row.addEventListener("pointerenter", event => {
				this.on.mark(area.pfns.slice(0, 512).map(pfn => [pfn, 0]));
				this.on.hoverAddress(area.start, event);
			});
			row.addEventListener("pointerleave", event => this.leave(event));
			row.addEventListener("click", () => this.on.address(area.start));
			return row;
		}), areas.length > shown.length ? element("small", {}, `and ${grouped(areas.length - shown.length)} more`) : null);
	}

	/** The slots of kmap(), 64 in a row: empty, mapped without users, in use. */
	kmap(slots) {
		const {LAST_PKMAP, PKMAP_BASE} = this.decoder.layout.constants;
		const [canvas, c] = sharpCanvas(SLOTS_A_ROW * (SLOT + 0.8), Math.ceil(LAST_PKMAP / SLOTS_A_ROW) * (SLOT + 0.8));
		const by = new Map(slots.map(slot => [slot.number, slot]));
		const inUse = slots.filter(slot => slot.users).length;
		const at = event => Math.floor(event.offsetY / (SLOT + 0.8)) * SLOTS_A_ROW +
			Math.min(Math.floor(event.offsetX / (SLOT + 0.8)), SLOTS_A_ROW - 1);

		for (let i = 0; i < LAST_PKMAP; i++) {
			const slot = by.get(i);
			c.fillStyle = !slot ? "#eceae3" : slot.users ? "#1f8a70" : "#a9d6c0";
			c.fillRect(i % SLOTS_A_ROW * (SLOT + 0.8), Math.floor(i / SLOTS_A_ROW) * (SLOT + 0.8), SLOT, SLOT);
		}
		canvas.addEventListener("pointermove", event => {
			const number = at(event), slot = by.get(number);
			this.on.hoverAddress(number < LAST_PKMAP ? PKMAP_BASE + number * 4096 : null, event);
			this.on.mark(slot ? [[slot.pfn, 0]] : []);
		});
		canvas.addEventListener("pointerleave", event => this.leave(event));
		canvas.addEventListener("click", event => {
			if (at(event) < LAST_PKMAP)
				this.on.address(PKMAP_BASE + at(event) * 4096);
		});
		return element("section", {},
			element("h3", {}, "kmap() slots", element("small", {},
				`${inUse} in use, ${slots.length - inUse} unused, of ${LAST_PKMAP} from ${hex(PKMAP_BASE)}`)),
			canvas);
	}

	/** The stack of kmap_atomic() slots, a row a CPU. */
	local(locals) {
		const {KM_MAX_IDX} = this.decoder.layout.constants;

		return element("section", {}, element("h3", {}, "kmap_atomic() slots"),
			...locals.map((pfns, cpu) => element("div", {className: "locals"}, element("small", {}, `CPU ${cpu}`),
				...Array.from({length: KM_MAX_IDX}, (_, i) => element("i", {
					className: i < pfns.length ? "used" : "", title: i < pfns.length ? `pfn ${hex(pfns[i], 1)}` : ""})))));
	}
}
