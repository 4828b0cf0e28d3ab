// SPDX-License-Identifier: MIT
/*
 * From memory to a model: everything that the page draws, read in one go.
 *
 * A model is a plain object, so that it can be kept for scrubbing back:
 *
 *   why        when there is nothing to see yet: why
 *   number     page frames; cells: one word for each, see below
 *   zones      name, range, counts, watermarks, free lists and per-CPU lists
 *   caches     of the slab allocator, with slabs and the state of each object
 *   areas, slots, locals, regions, highMemory: the virtual side
 *
 * A cell is kind, order and zone of a frame and, interned, what exactly it is:
 *
 *   bits 0-3  kind, index into kinds.json   4-7  order of its block
 *        8-9  zone                        10-31  number of a text, see Names
 *
 * Free blocks, slabs and the like are found by going from block to block over mem_map,
 * as mm/page_account.c does: each head says how far its block reaches.
 */
import {Kernel} from "./kernel.js";

/** Texts that cells refer to by number. They outlive a sample. */
export class Names {
	constructor() {
		this.texts = [""];
		this.ids = new Map([["", 0]]);
	}

	id(text) {
		let id = this.ids.get(text);

		if (id === undefined) {
			id = this.texts.length;
			this.texts.push(text);
			this.ids.set(text, id);
		}
		return id;
	}
}

export const cellKind = cell => cell & 15;
export const cellOrder = cell => (cell >>> 4) & 15;
export const cellZone = cell => (cell >>> 8) & 3;
export const cellText = cell => cell >>> 10;

function makeCell(kind, order, zone, text) {
	return (kind | order << 4 | zone << 8 | text << 10) >>> 0;
}

/** States of a slab object. */
export const ON_SLAB = 0, CACHED = 1, IN_USE = 2;

export class Decoder {
	/** @param kinds: of kinds.json */
	constructor(layout, kinds) {
		this.layout = layout;
		this.kinds = kinds;
		this.kind = Object.fromEntries(kinds.map((kind, index) => [kind.id, index]));
		this.names = new Names();
		this.bit = {};
		for (const [name, value] of Object.entries(layout.enums.pageflags))
			this.bit[name.slice(3)] = 1 << value;
		this.orders = layout.count("zone", "free_area");
	}

	/** The model of a memory. */
	decode(memory) {
		const kernel = new Kernel(this.layout, memory);
		const why = this.missing(kernel);

		if (why)
			return {why, number: 0, cells: new Uint32Array(0), zones: [], caches: [], areas: [], slots: [], locals: [],
				regions: [], highMemory: 0};
		const number = kernel.variable("max_pfn");
		const caches = this.readCaches(kernel);
		const areas = this.readAreas(kernel);
		const {cells, slabs} = this.readCells(kernel, number, caches, areas);
		this.readSlabs(kernel, caches, slabs);
		return {why: null, number, cells, zones: this.readZones(kernel), caches: [...caches.values()], areas,
			slots: this.readSlots(kernel), locals: this.readLocals(kernel),
			regions: this.readRegions(kernel), highMemory: kernel.variable("high_memory")};
	}

	/** What has not been set up yet, or null. */
	missing(kernel) {
		if (!kernel.loaded())
			return "the kernel is not in memory yet";
		if (!kernel.variable("mem_map") || !kernel.variable("max_pfn"))
			return "there is no mem_map before free_area_init()";
		if (!kernel.u32(this.zoneAddress(0) + this.layout.offset("zone", "name")))
			return "mem_map is there, but no zone yet";
		return null;
	}

	zoneAddress(index) {
		return this.layout.address("contig_page_data") + this.layout.offset("pglist_data", "node_zones") +
			index * this.layout.size("zone");
	}

	/* --- zones --------------------------------------------------------------------------- */

	readZones(kernel) {
		const zones = [];

		for (let i = 0; i < this.layout.count("pglist_data", "node_zones"); i++) {
			const zone = this.readZone(kernel, this.zoneAddress(i), i);
			if (zone.present)
				zones.push(zone);
		}
		return zones;
	}

	readZone(kernel, address, index) {
		const get = path => kernel.read("zone", address, path);
		const marks = this.layout.enums.zone_watermarks;
		const mark = name => kernel.u32(address + this.layout.offset("zone", "_watermark") + 4 * marks[name]);
		const orders = [];

		for (let order = 0; order < this.orders; order++) {
			const area = address + this.layout.offset("zone", "free_area") + order * this.layout.size("free_area");
			orders.push({free: kernel.read("free_area", area, "nr_free"),
				     blocks: this.listedPfns(kernel, area + this.layout.offset("free_area", "free_list"))});
		}
		return {index, name: kernel.text(get("name")), start: get("zone_start_pfn"),
			end: get("zone_start_pfn") + get("spanned_pages"), present: get("present_pages"),
			managed: get("managed_pages"), free: get("free_pages"), min: mark("WMARK_MIN"),
			low: mark("WMARK_LOW"), high: mark("WMARK_HIGH"), orders,
			pcp: this.readPageset(kernel, get("per_cpu_pageset"))};
	}

	/** First frames of the blocks on a list, no more than are drawn. */
	listedPfns(kernel, head) {
		const base = kernel.variable("mem_map"), size = this.layout.size("page");

		return kernel.list(head, "page", "lru", 96).map(page => (page - base) / size);
	}

	readPageset(kernel, template) {
		const pageset = [];

		for (let cpu = 0; cpu < kernel.variable("nr_cpu_ids"); cpu++) {
			const at = kernel.perCpu(template, cpu);
			const lists = [];
			for (let order = 0; order < this.layout.count("per_cpu_pages", "lists"); order++)
				lists.push(this.listedPfns(kernel, at + this.layout.offset("per_cpu_pages", "lists") +
							   order * this.layout.size("list_head")));
			pageset.push({cpu, count: kernel.read("per_cpu_pages", at, "count"),
				      high: kernel.read("per_cpu_pages", at, "high"), lists});
		}
		return pageset;
	}

	/* --- frames -------------------------------------------------------------------------- */

	readCells(kernel, number, caches, areas) {
		const scan = new Scan(this, kernel, number, caches, areas);

		for (let pfn = 0; pfn < number;)
			pfn = scan.block(pfn);
		return scan;
	}

	/** [first frame, end, name] of the resources, outer ones first. */
	readResources(kernel) {
		const found = [], stack = [kernel.variable("iomem_resource", "child")];

		while (stack.length && found.length < 4096) {
			const at = stack.pop();
			if (!at)
				continue;
			const get = path => kernel.read("resource", at, path);
			found.push([Math.ceil(get("start") / 4096), Math.floor(get("end") / 4096) + 1, kernel.text(get("name"))]);
			stack.push(get("sibling"), get("child"));
		}
		return found;
	}

	/** The kind of a frame that never was in the buddy; frames.py has the same table. */
	reservedKind(name) {
		const boot = ["System RAM", "Module", "Per-CPU areas", "Boot information"];

		if (!name)
			return this.kind.absent;
		if (name.startsWith("Kernel "))
			return this.kind.image;
		if (name === "mem_map")
			return this.kind.memmap;
		if (name === "Page tables")
			return this.kind.pagetable;
		return boot.includes(name) ? this.kind.boot : this.kind.firmware;
	}

	/* --- slab ---------------------------------------------------------------------------- */

	/** Map of address to cache, in the order of the chain, without slabs so far. */
	readCaches(kernel) {
		const caches = new Map();

		for (const at of kernel.list(this.layout.address("cache_chain"), "kmem_cache", "next")) {
			const get = path => kernel.read("kmem_cache", at, path);
			caches.set(at, {name: kernel.text(at + this.layout.offset("kmem_cache", "name"), 28), size: get("size"),
					objectSize: get("object_size"), num: get("num"), order: get("gfporder"), slabs: []});
		}
		return caches;
	}

	/** Fill the caches: @found has [cache, slab, first frame] of each slab. */
	readSlabs(kernel, caches, found) {
		for (const [owner, at, pfn] of found) {
			const cache = caches.get(owner);
			if (!cache)
				continue;
			const states = new Uint8Array(cache.num);
			for (let i = 0; i < cache.num; i++)
				states[i] = this.objectState(kernel.u32(at + this.layout.offset("slab", "bufctl") + 4 * i));
			cache.slabs.push({at, pfn, start: kernel.read("slab", at, "s_mem"), inuse: kernel.read("slab", at, "inuse"),
					  states});
		}
	}

	objectState(word) {
		const {BUFCTL_STATE, BUFCTL_IN_USE, BUFCTL_CACHED} = this.layout.constants;
		const state = (word & BUFCTL_STATE) >>> 0;

		return state === BUFCTL_IN_USE ? IN_USE : state === BUFCTL_CACHED ? CACHED : ON_SLAB;
	}

	/** Last caller of an object, by its word, or 0. */
	objectCaller(word) {
		const {BUFCTL_STATE, BUFCTL_NEXT_BITS, KERNEL_LINK_BASE} = this.layout.constants;
		const stext = this.layout.json.symbols._stext;
		const caller = this.objectState(word) === ON_SLAB ? stext + (word >>> BUFCTL_NEXT_BITS)
			: ((word & ~BUFCTL_STATE) >>> 0) + KERNEL_LINK_BASE;

		return caller === stext ? 0 : caller;
	}

	/* --- the virtual side ---------------------------------------------------------------- */

	readAreas(kernel) {
		const {VM_IOREMAP, VM_ALLOC, VM_MAP, VM_UNINITIALIZED} = this.layout.constants;
		const head = this.layout.address("vmalloc_space") + this.layout.offset("vmap_space", "tree") +
			this.layout.offset("vmap_tree", "list");
		const areas = [];

		for (const at of kernel.list(head, "vmap_area", "list")) {
			const area = {start: kernel.read("vmap_area", at, "va_start"), end: kernel.read("vmap_area", at, "va_end"),
				      kind: "freed", caller: kernel.read("vmap_area", at, "freed_by"), pages: 0, pfns: []};
			const vm = kernel.read("vmap_area", at, "vm");
			if (area.start === area.end)
				continue;		// the sentinel
			if (vm) {
				const flags = kernel.read("vm_struct", vm, "flags");
				area.kind = flags & VM_IOREMAP ? "ioremap" : flags & VM_ALLOC ? "vmalloc" : flags & VM_MAP ? "vmap" : "reserved";
				area.caller = kernel.read("vm_struct", vm, "caller");
				area.pages = kernel.read("vm_struct", vm, "nr_pages");
				if (flags & VM_ALLOC && !(flags & VM_UNINITIALIZED))
					area.pfns = this.readAreaFrames(kernel, vm, area.pages);
			} else if (kernel.read("vmap_area", at, "pooled")) {
				area.kind = "pooled";
			}
			areas.push(area);
		}
		return areas;
	}

	readAreaFrames(kernel, vm, number) {
		const pages = kernel.read("vm_struct", vm, "pages");
		const base = kernel.variable("mem_map"), size = this.layout.size("page");
		const pfns = [];

		for (let i = 0; i < number; i++)
			pfns.push((kernel.u32(pages + 4 * i) - base) / size);
		return pfns;
	}

	/** The slots of kmap(): [{number, pfn, users}] of those that map something. */
	readSlots(kernel) {
		const counts = this.layout.address("pkmap_count"), maps = this.layout.address("page_address_maps");
		const base = kernel.variable("mem_map"), size = this.layout.size("page");
		const slots = [];

		for (let number = 0; number < this.layout.constants.LAST_PKMAP; number++) {
			const count = kernel.u32(counts + 4 * number);
			if (count) {
				const page = kernel.read("page_address_map", maps + number * this.layout.size("page_address_map"), "page");
				slots.push({number, pfn: (page - base) / size, users: count - 1});
			}
		}
		return slots;
	}

	/** The slots of kmap_atomic() in use, a list of frames a CPU. */
	readLocals(kernel) {
		const {FIX_KMAP_BEGIN, KM_MAX_IDX, FIXADDR_TOP} = this.layout.constants;
		const locals = [];

		for (let cpu = 0; cpu < kernel.variable("nr_cpu_ids"); cpu++) {
			const first = FIX_KMAP_BEGIN + cpu * KM_MAX_IDX;
			const top = Math.min(kernel.u32(kernel.perCpu(this.layout.address("kmap_slot"), cpu)), first + KM_MAX_IDX);
			const pfns = [];
			for (let slot = first; slot < top; slot++)
				pfns.push(kernel.phys(FIXADDR_TOP - slot * 4096) >>> 12);
			locals.push(pfns);
		}
		return locals;
	}

	/** The regions of the layout: [{start, end, name}]. */
	readRegions(kernel) {
		const base = this.layout.address("layout_regions"), size = this.layout.size("layout_region");
		const high = kernel.variable("high_memory");
		const regions = [];

		for (let i = 0; i < kernel.variable("nr_layout_regions"); i++) {
			const get = path => kernel.read("layout_region", base + i * size, path);
			regions.push({start: get("start") + (get("above_high") ? high : 0), name: kernel.text(get("name"))});
		}
		regions.forEach((region, i) => { region.end = regions[i + 1]?.start ?? 2 ** 32; });
		return regions;
	}
}

/** One walk over mem_map. */
class Scan {
	constructor(decoder, kernel, number, caches, areas) {
		const layout = decoder.layout;

		this.decoder = decoder;
		this.kernel = kernel;
		this.caches = caches;
		this.cells = new Uint32Array(number);
		this.slabs = [];
		this.callers = new Map();
		this.base = kernel.variable("mem_map");
		this.size = layout.size("page");
		this.at = Object.fromEntries(["flags", "_refcount", "caller", "slab_cache", "slab"].map(
			field => [field, layout.offset("page", field)]));
		this.reserved = this.reservedCells(number);
		this.vmalloc = new Map(areas.flatMap(area => area.pfns.map(pfn => [pfn, area.caller])));
	}

	/** Kind and text, without the zone, of each frame in case it is reserved. */
	reservedCells(number) {
		const cells = new Uint32Array(number).fill(this.decoder.kind.absent);

		for (const [start, end, name] of this.decoder.readResources(this.kernel))
			cells.fill(makeCell(this.decoder.reservedKind(name), 0, 0, this.decoder.names.id(name)), start,
				   Math.min(end, number));
		return cells;
	}

	word(pfn, field) {
		return this.kernel.u32(this.base + pfn * this.size + this.at[field]);
	}

	/** Fill the cells of the block at @pfn. Return: the frame behind it. */
	block(pfn) {
		const {kind, bit, layout} = this.decoder;
		const {PAGE_ZONE_SHIFT, PAGE_ORDER_SHIFT, PAGE_ORDER_MASK} = layout.constants;
		const flags = this.word(pfn, "flags");
		const zone = flags >>> PAGE_ZONE_SHIFT & 3;
		const order = (flags & PAGE_ORDER_MASK) >>> PAGE_ORDER_SHIFT;

		if (flags & bit.reserved) {
			this.cells[pfn] = flags & bit.guard ? makeCell(kind.guard, 0, zone, 0) : (this.reserved[pfn] | zone << 8) >>> 0;
			return pfn + 1;
		}
		if (flags & bit.buddy)
			return this.fill(pfn, kind.free, order, zone, "");
		if (flags & bit.pcp)
			return this.fill(pfn, kind.pcp, order, zone, "");
		if (!(this.word(pfn, "_refcount") & 0x7fffffff) || flags & bit.tail)
			return this.fill(pfn, kind.lost, 0, zone, "");
		const [own, text] = this.owner(pfn, flags);
		return this.fill(pfn, own, order, zone, text);
	}

	/** Kind and text of an allocated block. */
	owner(pfn, flags) {
		const {kind, bit} = this.decoder;

		if (flags & bit.slab) {
			const cache = this.word(pfn, "slab_cache");
			this.slabs.push([cache, this.word(pfn, "slab"), pfn]);
			return [kind.slab, this.caches.get(cache)?.name ?? "a cache that is not there"];
		}
		if (flags & bit.vmalloc)
			return [kind.vmalloc, this.symbol(this.vmalloc.get(pfn) ?? this.word(pfn, "caller"))];
		const own = flags & bit.table ? kind.pagetable : flags & bit.kmalloc ? kind.kmalloc
			: flags & bit.guard ? kind.guard : kind.pages;
		return [own, this.symbol(this.word(pfn, "caller"))];
	}

	/** layout.symbol(), looked up once for each address. */
	symbol(address) {
		let name = this.callers.get(address);

		if (name === undefined) {
			name = address ? this.decoder.layout.symbol(address) : "nobody";
			this.callers.set(address, name);
		}
		return name;
	}

	fill(pfn, kind, order, zone, text) {
		const end = Math.min(pfn + 2 ** order, this.cells.length);

		this.cells.fill(makeCell(kind, order, zone, this.decoder.names.id(text)), pfn, end);
		return end;
	}
}
