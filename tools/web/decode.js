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
 *   areas, slots, locals, regions, guards, stacks, highMemory: the virtual side
 *   resources  {start, end, name} of physical memory, outer ones first
 *   torn       what does not fit together, in words: the kernel changed it while it was read
 *
 * A cell is kind, order and zone of a frame and, interned, what exactly it is:
 *
 *   bits 0-3  kind, index into kinds.json   4-7  order of its block
 *        8-9  zone                        10-31  number of a text, see Names
 *
 * Free blocks, slabs and the like are found by going from block to block over mem_map,
 * as mm/page_account.c does: each head says how far its block reaches.
 */
import {Kernel, isTable} from "./kernel.js";

const FRAMES_MOST = 1 << 20, OBJECTS_MOST = 4096;	// bounds for numbers that may be torn

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
				regions: [], guards: [], stacks: [], resources: [], highMemory: 0, lowEnd: 0, base: 0, torn: []};
		const number = Math.min(kernel.variable("max_pfn"), FRAMES_MOST);
		const caches = this.readCaches(kernel);
		const areas = this.readAreas(kernel);
		const resources = this.readResources(kernel);
		const {cells, slabs} = this.readCells(kernel, number, caches, areas, resources);
		this.readSlabs(kernel, caches, slabs);
		const model = {why: null, number, cells, zones: this.readZones(kernel), caches: [...caches.values()], areas,
			       slots: this.readSlots(kernel), locals: this.readLocals(kernel), regions: this.readRegions(kernel),
			       guards: this.readGuards(kernel), stacks: this.readStacks(kernel), resources, highMemory: kernel.variable("high_memory"),
			       lowEnd: kernel.variable("max_low_pfn"), base: kernel.variable("mem_map")};
		model.torn = this.disagreements(kernel, model);
		this.touch(kernel, model);
		return model;
	}

	/*
	 * Counts that the kernel keeps, against what was found. They agree whenever its locks
	 * are free; a reader who takes none may come in the middle of a change.
	 */
	disagreements(kernel, model) {
		const {free, pcp, lost, slab} = this.kind;
		const found = model.zones.map(() => new Uint32Array(this.kinds.length)), torn = [];

		for (let pfn = 0, which = 0; pfn < model.number; pfn++) {
			while (which < model.zones.length && pfn >= model.zones[which].end)
				which++;
			if (found[which])
				found[which][cellKind(model.cells[pfn])]++;
		}
		model.zones.forEach((zone, i) => {
			const listed = zone.pcp.reduce((n, pageset) => n + pageset.count, 0);
			if (found[i][free] !== zone.free)
				torn.push(`zone ${zone.name} counts ${zone.free} free pages, in blocks lie ${found[i][free]}`);
			if (found[i][pcp] !== listed)
				torn.push(`zone ${zone.name} counts ${listed} pages on per-CPU lists, there are ${found[i][pcp]}`);
			if (found[i][lost])
				torn.push(`${found[i][lost]} pages of zone ${zone.name} are between two states`);
		});
		const slabs = found.reduce((n, counts) => n + counts[slab], 0), counted = kernel.variable("slab_pages", "counter");
		if (slabs !== counted)
			torn.push(`${counted} slab pages are counted, there are ${slabs}`);
		return torn;
	}

	/** Read what explanations may need besides, so that it is there for one of the past, too. */
	touch(kernel, model) {
		const mapEnd = model.base + model.number * this.layout.size("page");

		for (let at = model.base; at < mapEnd; at += 4096)
			kernel.u32(at);
		const directory = this.layout.json.symbols.swapper_pg_dir - kernel.pageOffset;
		for (let i = 0; i < 1024; i++) {
			const entry = kernel.entry(directory, i);
			if (isTable(entry))
				kernel.entry((entry & 0xfffff000) >>> 0, 0);
		}
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

	zoneName(kernel, index) {
		return kernel.text(kernel.read("zone", this.zoneAddress(index), "name"));
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

	readCells(kernel, number, caches, areas, resources) {
		const scan = new Scan(this, kernel, number, caches, areas, resources);

		for (let pfn = 0; pfn < number;)
			pfn = scan.block(pfn);
		return scan;
	}

	/** [{start, end, name, flags, parent}] of the resources, outer ones first; @end is the last byte, @parent an index. */
	readResources(kernel) {
		const found = [], stack = [[kernel.variable("iomem_resource", "child"), -1]];

		while (stack.length && found.length < 4096) {
			const [at, parent] = stack.pop();
			if (!at)
				continue;
			const get = path => kernel.read("resource", at, path);
			found.push({start: get("start"), end: get("end"), name: kernel.text(get("name")), flags: get("flags"), parent});
			stack.push([get("sibling"), parent], [get("child"), found.length - 1]);
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
			caches.set(at, {at, name: kernel.text(at + this.layout.offset("kmem_cache", "name"), 28), size: get("size"),
					objectSize: get("object_size"), num: Math.min(get("num"), OBJECTS_MOST), order: get("gfporder") & 15,
					slabs: []});
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
				      kind: "freed", caller: kernel.read("vmap_area", at, "freed_by"), pages: 0, pfns: [], vm: null};
			const vm = kernel.read("vmap_area", at, "vm");
			if (area.start === area.end)
				continue;		// the sentinel
			if (vm) {
				const flags = kernel.read("vm_struct", vm, "flags");
				area.kind = flags & VM_IOREMAP ? "ioremap" : flags & VM_ALLOC ? "vmalloc" : flags & VM_MAP ? "vmap" : "reserved";
				area.caller = kernel.read("vm_struct", vm, "caller");
				area.pages = Math.min(kernel.read("vm_struct", vm, "nr_pages"), FRAMES_MOST);
				area.vm = {addr: kernel.read("vm_struct", vm, "addr"), size: kernel.read("vm_struct", vm, "size"),
					   phys: kernel.read("vm_struct", vm, "phys_addr"), device: (flags & VM_IOREMAP) !== 0};
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

	/** Pages that are unmapped for good: [{address, name}]. */
	readGuards(kernel) {
		const [base, type] = this.layout.json.variables.guard_pages;
		const [, most, struct] = type.match(/^\[(\d+)\]\{(\w+)\}/);
		const number = Math.min(kernel.variable("nr_guard_pages"), Number(most));

		return Array.from({length: number}, (_, i) => base + i * this.layout.size(struct)).map(
			at => ({address: kernel.read(struct, at, "addr"), name: kernel.text(kernel.read(struct, at, "name"))}));
	}

	/** The stacks that are known: [{low, high, name}]. */
	readStacks(kernel) {
		const stacks = [];

		for (let at = kernel.variable("kernel_stacks"); at && stacks.length < 1024; at = kernel.read("kernel_stack", at, "next"))
			stacks.push({low: kernel.read("kernel_stack", at, "low"), high: kernel.read("kernel_stack", at, "high"),
				     name: kernel.text(kernel.read("kernel_stack", at, "name"))});
		return stacks;
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
	constructor(decoder, kernel, number, caches, areas, resources) {
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
		this.reserved = this.reservedCells(number, resources);
		this.vmalloc = new Map(areas.flatMap(area => area.pfns.map(pfn => [pfn, area.caller])));
	}

	/** Kind and text, without the zone, of each frame in case it is reserved. */
	reservedCells(number, resources) {
		const cells = new Uint32Array(number).fill(this.decoder.kind.absent);

		for (const {start, end, name} of resources)
			cells.fill(makeCell(this.decoder.reservedKind(name), 0, 0, this.decoder.names.id(name)),
				   Math.ceil(start / 4096), Math.min(Math.floor(end / 4096) + 1, number));
		return cells;
	}

	word(pfn, field) {
		return this.kernel.u32(this.base + pfn * this.size + this.at[field]);
	}

	/** Fill the cells of the block at @pfn. Return: the frame behind it. */
	block(pfn) {
		const {kind, bit, layout} = this.decoder;
		const {PAGE_ZONE_SHIFT, PAGE_ZONE_MASK, PAGE_ORDER_SHIFT, PAGE_ORDER_MASK} = layout.constants;
		const flags = this.word(pfn, "flags");
		const zone = (flags & PAGE_ZONE_MASK) >>> PAGE_ZONE_SHIFT;
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
