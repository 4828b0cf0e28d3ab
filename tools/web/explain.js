// SPDX-License-Identifier: MIT
/*
 * What is this frame, what is this address: lines of text, from a model and, for an
 * address, from memory. Needs nothing of the guest.
 */
import {CACHED, IN_USE, ON_SLAB, cellKind, cellOrder, cellText} from "./decode.js";
import {hex} from "./kernel.js";

const STATES = {[IN_USE]: "allocated", [CACHED]: "in a CPU's array", [ON_SLAB]: "on the slab's list"};

/** Bytes for people: 12 KiB, 3.5 MiB. */
export function size(bytes) {
	if (bytes >= 2 ** 30)
		return `${+(bytes / 2 ** 30).toPrecision(4)} GiB`;
	if (bytes >= 2 ** 20)
		return `${+(bytes / 2 ** 20).toPrecision(4)} MiB`;
	return bytes >= 1024 ? `${+(bytes / 1024).toPrecision(4)} KiB` : `${bytes} bytes`;
}

/** The first frame of the block that a frame belongs to. */
export function blockHead(model, pfn) {
	return (pfn & ~(2 ** cellOrder(model.cells[pfn]) - 1)) >>> 0;
}

export class Explainer {
	constructor(decoder) {
		this.decoder = decoder;
		this.layout = decoder.layout;
	}

	kindOf(cell) {
		return this.decoder.kinds[cellKind(cell)];
	}

	/** A frame: [title, lines]. */
	frame(model, pfn) {
		const cell = model.cells[pfn];
		const kind = this.kindOf(cell), text = this.decoder.names.texts[cellText(cell)];
		const zone = model.zones.find(z => pfn >= z.start && pfn < z.end);
		const lines = [];

		lines.push(this.use(kind, cell, text));
		const order = cellOrder(cell), head = blockHead(model, pfn);
		if (order)
			lines.push(`page ${pfn - head} of a block of order ${order}, ${size(4096 * 2 ** order)} at pfn ${hex(head, 1)}`);
		if (zone)
			lines.push(`zone ${zone.name}`);
		if (kind.id === "slab")
			lines.push(...this.slab(model, head));
		lines.push(...this.mappings(model, pfn));
		return [`pfn ${hex(pfn, 1)}  ·  ${hex(pfn * 4096)}`, lines];
	}

	use(kind, cell, text) {
		switch (kind.id) {
		case "free": return `free, on the buddy list of order ${cellOrder(cell)}`;
		case "pcp": return `free, on a per-CPU list of order ${cellOrder(cell)}`;
		case "slab": return `slab of cache ${text}`;
		case "absent": return "no RAM here";
		case "firmware": case "image": case "memmap": case "boot": return `reserved: ${text}`;
		case "guard": return "guard page, unmapped";
		case "lost": return "in no known state";
		default: return text ? `${kind.name}, by ${text}` : kind.name;
		}
	}

	slab(model, head) {
		for (const cache of model.caches) {
			const slab = cache.slabs.find(s => s.pfn === head);
			if (!slab)
				continue;
			const of = state => slab.states.reduce((n, s) => n + (s === state), 0);
			return [`${cache.num} objects of ${cache.objectSize} bytes: ${of(IN_USE)} allocated, ` +
				`${of(CACHED)} in arrays, ${of(ON_SLAB)} on its list`];
		}
		return [];
	}

	/** Where the kernel has a frame mapped, by the structures that say so. */
	mappings(model, pfn) {
		const {PAGE_OFFSET, PKMAP_BASE} = this.layout.constants;
		const lines = [];

		if (PAGE_OFFSET + pfn * 4096 < model.highMemory)
			lines.push(`direct map ${hex(PAGE_OFFSET + pfn * 4096)}`);
		for (const area of model.areas) {
			const index = area.pfns.indexOf(pfn);
			if (index >= 0)
				lines.push(`vmalloc ${hex(area.start + index * 4096)}, page ${index} of ${area.pages} ` +
					   `of ${this.layout.symbol(area.caller)}`);
		}
		for (const slot of model.slots)
			if (slot.pfn === pfn)
				lines.push(`kmap slot ${slot.number} ${hex(PKMAP_BASE + slot.number * 4096)}, ${slot.users} users`);
		return lines;
	}

	/** An address: [title, lines, frame or -1]. */
	address(kernel, model, vaddr) {
		const levels = kernel.walk(vaddr);
		const last = levels[levels.length - 1];
		const lines = [];

		const region = model.regions.find(r => vaddr >= r.start && vaddr < r.end);
		if (region)
			lines.push(region.name);
		const found = this.layout.lookup(vaddr);
		if (found)
			lines.push(`${found[0]}+0x${found[1].toString(16)}`);
		const variable = Object.entries(this.layout.json.variables).find(([, [at]]) => at === vaddr);
		if (variable)
			lines.push(`variable ${variable[0]}`);
		lines.push(last.target < 0 ? "not mapped" : `mapped to ${hex(last.target)} by a ${last.table === "pgd" ? "4 MiB" : "4 KiB"} page`);
		lines.push(...this.area(model, vaddr));
		const pfn = last.target < 0 ? -1 : last.target >>> 12;
		if (pfn >= 0 && pfn < model.number) {
			lines.push(...this.frame(model, pfn)[1]);
			lines.push(...this.object(kernel, model, last.target));
		}
		return [hex(vaddr), lines, pfn < model.number ? pfn : -1];
	}

	area(model, vaddr) {
		const area = model.areas.find(a => vaddr >= a.start && vaddr < a.end);

		if (!area)
			return [];
		const guard = area.kind !== "freed" && area.kind !== "pooled" && vaddr >= area.end - 4096;
		return [`${guard ? "guard page of the " : ""}${area.kind} area ${hex(area.start)}-${hex(area.end)} ` +
			`of ${this.layout.symbol(area.caller)}`];
	}

	/** The slab object at a physical address of low memory, with its last caller. */
	object(kernel, model, phys) {
		const pfn = phys >>> 12;

		if (pfn >= model.number || this.kindOf(model.cells[pfn]).id !== "slab")
			return [];
		const head = blockHead(model, pfn), vaddr = phys + this.layout.constants.PAGE_OFFSET;
		for (const cache of model.caches) {
			const slab = cache.slabs.find(s => s.pfn === head);
			const index = slab ? Math.floor((vaddr - slab.start) / cache.size) : -1;
			if (!slab || index < 0 || index >= cache.num)
				continue;
			const caller = this.decoder.objectCaller(
				kernel.u32(slab.at + this.layout.offset("slab", "bufctl") + 4 * index));
			return [`object ${index} at ${hex(slab.start + index * cache.size)} + ${vaddr - slab.start - index * cache.size}, ` +
				`${STATES[slab.states[index]]}${caller ? `, last caller ${this.layout.symbol(caller)}` : ""}`];
		}
		return [];
	}
}
