// SPDX-License-Identifier: MIT
/*
 * What is this address, what is this frame: the lines that `explain` prints at the prompt,
 * from the large to the small. mm/explain.c asks the running kernel, k896/explain.py and
 * k896/look.py a dump, this file a memory and the model that decode.js made of it; all three
 * say the same, word by word, so that whoever has read one has read the others.
 *
 * A frame is explained by the address at which the kernel reaches it: in the direct map, in
 * a slot of kmap(), in an area of vmalloc. One that it does not reach now is described as
 * `page` does. summary() needs no memory, only a model: for moments too long ago.
 */
import {CACHED, IN_USE, ON_SLAB, cellKind, cellOrder, cellText} from "./decode.js";
import {hex, placeText} from "./kernel.js";

const RW = 2, USER = 4, SIZE = 4096;
const STATES = {[CACHED]: "free, in a per-CPU array", [ON_SLAB]: "free, in its slab"};
const RESERVED = "reserved", BUDDY = "buddy", PCP = "pcp", ALLOCATED = "allocated", LOST = "lost";

/** Bytes for people: 12 KiB, 3.5 MiB. */
export function size(bytes) {
	if (bytes >= 2 ** 30)
		return `${+(bytes / 2 ** 30).toPrecision(4)} GiB`;
	if (bytes >= 2 ** 20)
		return `${+(bytes / 2 ** 20).toPrecision(4)} MiB`;
	return bytes >= 1024 ? `${+(bytes / 1024).toPrecision(4)} KiB` : `${bytes} bytes`;
}

/** A number as the kernel's %#lx prints it: 0 has no prefix. */
const alternate = number => number ? hex(number, 1) : "0";
const bare = number => hex(number).slice(2);

/** The first frame of the block that a frame belongs to. */
export function blockHead(model, pfn) {
	return (pfn & ~(2 ** cellOrder(model.cells[pfn]) - 1)) >>> 0;
}

/** One explanation: a kernel in a memory, and the model of that memory. */
class Answer {
	constructor(decoder, kernel, model) {
		this.decoder = decoder;
		this.layout = decoder.layout;
		this.constants = decoder.layout.constants;
		this.kernel = kernel;
		this.model = model;
	}

	symbol(address) {
		return this.layout.symbol(address);
	}

	/* --- pages --------------------------------------------------------------------------- */

	/** A word of a frame's struct page. */
	word(pfn, field) {
		return this.kernel.read("page", this.model.base + pfn * this.layout.size("page"), field);
	}

	/** The block that begins at a frame. */
	block(pfn) {
		const {bit} = this.decoder, {PAGE_ORDER_SHIFT, PAGE_ORDER_MASK} = this.constants;
		const flags = this.word(pfn, "flags"), order = (flags & PAGE_ORDER_MASK) >>> PAGE_ORDER_SHIFT;
		const made = (state, of) => ({pfn, order: of, state, flags, end: pfn + 2 ** of});

		if (flags & bit.reserved)
			return made(RESERVED, 0);
		if (flags & bit.buddy)
			return made(BUDDY, order);
		if (flags & bit.pcp)
			return made(PCP, order);
		if (this.word(pfn, "_refcount.counter") & 0x7fffffff && !(flags & bit.tail))
			return made(ALLOCATED, order);
		return made(LOST, 0);
	}

	/** The block that holds a frame, be it its head or not. */
	holder(pfn) {
		const own = this.block(pfn);

		if (own.state !== LOST)
			return own;
		for (let order = 1; order < this.decoder.orders; order++) {
			const head = this.block((pfn & ~(2 ** order - 1)) >>> 0);
			if (head.state !== RESERVED && head.state !== LOST && head.end > pfn)
				return head;
		}
		return own;
	}

	/** The innermost resource at a physical address. */
	resource(phys) {
		return this.model.resources.findLast(found => phys >= found.start && phys <= found.end);
	}

	/** Who has a reserved frame: the innermost resource at its first byte, or one inside it that is taken. */
	user(phys) {
		const {resources} = this.model, {IORESOURCE_BUSY} = this.constants, found = this.resource(phys);
		const busy = resource => (resource.flags & IORESOURCE_BUSY) !== 0;

		if (!found || busy(found))
			return found;
		return resources.find(child => child.parent === resources.indexOf(found) && busy(child) && child.start < phys + SIZE &&
			child.end >= phys) ?? found;
	}

	cacheAt(address) {
		return this.model.caches.find(cache => cache.at === address);
	}

	/** What a frame is used for, in a line. */
	describe(pfn) {
		const block = this.holder(pfn), {bit} = this.decoder;

		if (block.state === RESERVED)
			return `reserved: ${this.user(pfn * SIZE)?.name ?? "of no known use"}`;
		if (block.state === LOST)
			return "in no known state";
		if (block.flags & bit.slab && block.state === ALLOCATED)
			return `slab of cache ${this.cacheAt(this.word(block.pfn, "slab_cache"))?.name ?? "that is not there"}`;
		const words = [[bit.table, "a page table"], [bit.vmalloc, "of vmalloc"], [bit.kmalloc, "of kmalloc"]];
		const what = {[BUDDY]: "free", [PCP]: "free, on a per-CPU list"}[block.state] ??
			words.find(([mask]) => block.flags & mask)?.[1] ?? "in use";
		const caller = this.word(block.pfn, "caller");
		const last = caller ? `last ${block.state === ALLOCATED ? "allocated" : "freed"} by ${this.symbol(caller)}` : "never allocated";
		return `${what}, page ${pfn - block.pfn} of a block of order ${block.order}, ${last}`;
	}

	/** Where the kernel reaches a frame, if it does. */
	virtual(pfn) {
		if (pfn < this.model.lowEnd)
			return `virt ${hex(this.constants.PAGE_OFFSET + pfn * SIZE)}`;
		const mapped = this.word(pfn, "flags") & this.decoder.bit.kmapped;
		const slot = mapped ? this.model.slots.find(found => found.pfn === pfn) : null;
		return slot ? `virt ${hex(this.slotAddress(slot))} (kmap)` : "virt none";
	}

	slotAddress(slot) {
		return this.constants.PKMAP_BASE + slot.number * SIZE;
	}

	/** A struct page, what it says, and who has the frame. */
	page(pfn) {
		const {PAGE_ORDER_SHIFT, PAGE_ORDER_MASK, PAGE_ZONE_SHIFT, PAGE_ZONE_MASK} = this.constants;

		if (pfn >= this.model.number)
			return [`pfn ${alternate(pfn)}: no struct page, the last is that of pfn ${hex(this.model.number - 1, 1)}`];
		const flags = this.word(pfn, "flags"), zone = (flags & PAGE_ZONE_MASK) >>> PAGE_ZONE_SHIFT;
		const names = Object.entries(this.decoder.bit).filter(([, mask]) => flags & mask).map(([name]) => name).join("|");
		let use = this.describe(pfn);
		if (flags & this.decoder.bit.slab) {
			const slab = this.word(pfn, "slab");
			use += `, ${this.kernel.read("slab", slab, "inuse")} of ${this.cacheAt(this.word(pfn, "slab_cache"))?.num ?? 0} ` +
				`objects in use or cached, struct slab ${bare(slab)}`;
		}
		return [`pfn ${alternate(pfn)}: phys ${hex(pfn * SIZE)}, ${this.virtual(pfn)}, ` +
			`zone ${this.decoder.zoneName(this.kernel, zone)}, struct page ${bare(this.model.base + pfn * this.layout.size("page"))}`,
			`  flags ${alternate(flags)}(${names || "none"}), order ${(flags & PAGE_ORDER_MASK) >>> PAGE_ORDER_SHIFT}, ` +
			`references ${this.word(pfn, "_refcount.counter") | 0}, mapcount ${(this.word(pfn, "_mapcount.counter") | 0) + 1}, ` +
			`private ${alternate(this.word(pfn, "private"))}`,
			`  ${use}`];
	}

	/** The frame at a physical address. */
	target(phys) {
		const pfn = Math.floor(phys / SIZE);

		if (pfn < this.model.number)
			return this.page(pfn);
		return [`phys ${hex(phys)}: no struct page, ${this.resource(phys)?.name ?? "nothing that is known"}`];
	}

	/** The neighbours of a block, or of the reserved range that has a byte of the page; RAM is no such range. */
	besidePage(pfn, byte = 0) {
		const block = this.holder(pfn), lines = [], found = this.resource(pfn * SIZE + byte);
		let {pfn: first, end} = block;

		if (block.state === RESERVED && found && found.flags !== this.constants.IORESOURCE_SYSTEM_RAM) {
			lines.push(`  range: ${hex(found.start)}-${hex(found.end)} ${found.name}`);
			first = Math.floor(found.start / SIZE);
			end = Math.floor(found.end / SIZE) + 1;
		}
		for (const [where, neighbour] of [["before", first - 1], ["after", end]])
			if (neighbour >= 0 && neighbour < this.model.number)
				lines.push(`  ${where}: pfn ${alternate(neighbour)}, ${this.describe(neighbour)}`);
		return lines;
	}

	/* --- objects ------------------------------------------------------------------------- */

	object(what, slab, cache, start, index) {
		const word = this.kernel.u32(slab + this.layout.offset("slab", "bufctl") + 4 * index);
		const state = this.decoder.objectState(word), caller = this.decoder.objectCaller(word);
		const place = `  ${what}: object ${index} at ${bare(start + index * cache.size)}, `;

		if (state === IN_USE)
			return `${place}allocated by ${this.symbol(caller)}`;
		return place + STATES[state] + (caller ? `, last used by ${this.symbol(caller)}` : ", never allocated");
	}

	/** The object that an address of a slab page lies in, and those beside it. */
	slabObject(pfn, vaddr) {
		const slab = this.word(pfn, "slab"), owner = this.word(pfn, "slab_cache"), cache = this.cacheAt(owner);
		const start = this.kernel.read("slab", slab, "s_mem"), colour = this.kernel.read("slab", slab, "colouroff");

		if (!cache)
			return [];
		const number = Math.floor((vaddr - start) / cache.size), byte = vaddr - start - number * cache.size;
		if (number < 0 || number >= cache.num || byte >= cache.objectSize) {
			if (number >= cache.num)
				return ["  behind the last object: what no object fits into"];
			if (number >= 0)
				return [`  between objects ${number} and ${number + 1}: padding, or what debugging keeps`];
			if (vaddr - (start - colour - this.kernel.read("kmem_cache", owner, "first_offset")) < colour)
				return [`  before the slab's colour, ${colour} bytes`];
			return ["  struct slab and the words of its objects"];
		}
		const beside = [[number, "this"], [number - 1, "before"], [number + 1, "after"]];
		return [`  byte ${byte} of ${cache.objectSize} of an object of cache ${cache.name}`,
			...beside.filter(([index]) => index >= 0 && index < cache.num)
				.map(([index, what]) => this.object(what, slab, cache, start, index))];
	}

	/* --- regions ------------------------------------------------------------------------- */

	regionName(vaddr) {
		return this.model.regions.findLast(region => region.start <= vaddr)?.name ?? "no region";
	}

	/** Region and mapping, in a line. */
	mapping(vaddr, levels) {
		const {table, entry, target} = levels[levels.length - 1], rights = levels[0].entry & entry;
		const start = `${hex(vaddr)}: ${this.regionName(vaddr)}, `;

		if (target < 0)
			return `${start}not mapped`;
		return `${start}mapped to phys ${hex(target)} by a page of ${table === "pgd" ? 4096 : 4} KiB, ` +
			`${rights & RW ? "writable" : "read-only"}${rights & USER ? ", open to user code" : ""}`;
	}

	/** A function with those beside it; a variable likewise, the frame it lies in, and whose stack that is. */
	inImage(vaddr) {
		if (this.layout.lookup(vaddr))
			return this.symbols("function", vaddr, place => this.layout.lookup(place));
		return [...this.target(vaddr - this.constants.PAGE_OFFSET), ...this.onStack(vaddr),
			...this.symbols("variable", vaddr, place => this.layout.object(place))];
	}

	symbols(what, vaddr, lookup) {
		const found = lookup(vaddr);

		if (!found)
			return [];
		const places = [[what, vaddr], ["before", vaddr - found[1] - 1], ["after", vaddr - found[1] + found[2]]];
		return places.map(([where, place]) => [where, placeText(lookup(place))]).filter(([, text]) => text)
			.map(([where, text]) => `  ${where}: ${text}`);
	}

	/** The stack that holds an address, or whose guard page does. */
	onStack(vaddr) {
		const guard = this.model.guards.find(({address}) => address === vaddr - vaddr % SIZE);
		const stack = this.model.stacks.find(({low, high}) => vaddr >= low && vaddr < high);

		if (guard)
			return [`  guard page of ${guard.name}`];
		return stack ? [`  ${stack.name}, ${stack.high - vaddr} bytes below its top`] : [];
	}

	/** The page, and what it holds. */
	inDirectMap(vaddr) {
		const phys = vaddr - this.constants.PAGE_OFFSET, pfn = Math.floor(phys / SIZE), {bit} = this.decoder;

		if (pfn >= this.model.number)
			return this.target(phys);
		const lines = this.page(pfn), flags = this.word(pfn, "flags"), length = this.layout.size("page");
		if (flags & bit.slab)
			return [...lines, ...this.slabObject(pfn, vaddr)];
		const offset = vaddr - this.model.base;
		if (offset >= 0 && offset < this.model.number * length)
			lines.push(`  mem_map: struct page of pfn ${alternate(Math.floor(offset / length))}, byte ${offset % length} of it`);
		const area = flags & bit.vmalloc ? this.model.areas.find(found => found.vm && found.pfns.includes(pfn)) : null;
		if (area)
			lines.push(`  area: [${hex(area.vm.addr, 1)}, ${hex(area.vm.addr + area.vm.size, 1)}), made by ${this.symbol(area.caller)}`);
		return [...lines, ...this.besidePage(pfn, phys % SIZE)];
	}

	/** The area that holds an address, in the words of vmalloc_describe(). */
	areaText(vaddr) {
		const area = this.model.areas.find(found => found.end > vaddr);

		if (!area)
			return "vmalloc space, above all areas";
		if (vaddr < area.start)
			return `vmalloc space, free; the next area begins ${area.start - vaddr} bytes above, at ${hex(area.start, 1)}`;
		if (!area.vm)
			return `vmalloc area [${hex(area.start, 1)}, ${hex(area.end, 1)}), freed by ${this.symbol(area.caller)}`;
		return `${vaddr >= area.end - SIZE ? "guard page of the " : ""}${area.kind} area [${hex(area.start, 1)}, ` +
			`${hex(area.end - SIZE, 1)}), ${area.vm.size - SIZE} bytes, of ${this.symbol(area.caller)}`;
	}

	neighbourArea(where, area, gap) {
		return `  ${where}: [${hex(area.start, 1)}, ${hex(area.end, 1)}), ${area.vm ? "made" : "freed"} by ${this.symbol(area.caller)}, ` +
			(gap ? `${gap} bytes away` : "next to it");
	}

	inVmalloc(vaddr) {
		const {areas} = this.model, lines = [this.areaText(vaddr)];
		const own = areas.find(area => vaddr >= area.start && vaddr < area.end);
		const start = own?.start ?? vaddr, end = own?.end ?? vaddr;

		if (own?.vm) {
			const offset = vaddr - own.vm.addr, length = own.vm.size - SIZE;
			if (offset < length)
				lines.push(`  byte ${offset} of it, in page ${Math.floor(offset / SIZE)} of ${length / SIZE}`);
			if (own.vm.device)
				lines.push(`  device memory from phys ${hex(own.vm.phys)} on`);
		}
		const below = areas.findLast(area => area.end <= start), above = areas.find(area => area.start >= end);
		if (below)
			lines.push(this.neighbourArea("before", below, start - below.end));
		if (above)
			lines.push(this.neighbourArea("after", above, above.start - end));
		return lines;
	}

	/** The slot of kmap() or kmap_atomic() at an address, or null. */
	slotText(vaddr) {
		const {PKMAP_BASE, LAST_PKMAP, FIXADDR_TOP, FIX_KMAP_BEGIN, KM_MAX_IDX} = this.constants;
		const number = Math.floor((vaddr - PKMAP_BASE) / SIZE);

		if (number >= 0 && number < LAST_PKMAP) {
			const slot = this.model.slots.find(found => found.number === number);
			return `pkmap slot ${number}, ${slot ? `page pfn ${hex(slot.pfn, 1)}, ${slot.users} users` : "free"}`;
		}
		const index = Math.floor((FIXADDR_TOP - (vaddr - vaddr % SIZE)) / SIZE) - FIX_KMAP_BEGIN;
		if (index < 0 || index >= KM_MAX_IDX * this.layout.count("__per_cpu_offset") || vaddr >= FIXADDR_TOP)
			return null;
		const levels = this.kernel.walk(vaddr), {target} = levels[levels.length - 1];
		return `kmap_atomic slot ${index % KM_MAX_IDX} of cpu ${Math.floor(index / KM_MAX_IDX)}, ` +
			(target < 0 ? "free" : `page pfn ${hex(target >>> 12, 1)}`);
	}

	/** A slot, and those beside it; any other slot of the fixmap by its number. */
	inSlots(vaddr) {
		const {FIXADDR_TOP, FIXADDR_START} = this.constants, own = this.slotText(vaddr);

		if (!own)
			return vaddr >= FIXADDR_START ? [`  fixmap slot ${(FIXADDR_TOP - (vaddr - vaddr % SIZE)) / SIZE}`] : [];
		return [own, ...[["before", vaddr - SIZE], ["after", vaddr + SIZE]].map(
			([where, place]) => `  ${where}: ${this.slotText(place) ?? this.regionName(place)}`)];
	}

	/** The lines for an address, and the frame that it leads to, or -1. */
	address(vaddr) {
		const {PAGE_OFFSET, VMALLOC_OFFSET, VMALLOC_END, PKMAP_BASE, FIXADDR_TOP} = this.constants;
		const {symbols} = this.layout.json, {highMemory, number} = this.model;
		const levels = this.kernel.walk(vaddr), {target} = levels[levels.length - 1];
		const pfn = target >= 0 && target / SIZE < number ? target >>> 12 : -1;
		const lines = [this.mapping(vaddr, levels)];

		if (vaddr >= symbols._stext && vaddr < symbols._end)
			lines.push(...this.inImage(vaddr));
		else if (vaddr >= PAGE_OFFSET && vaddr < highMemory)
			lines.push(...this.inDirectMap(vaddr));
		else {
			if (target >= 0)
				lines.push(...this.target(target));
			if (vaddr >= highMemory + VMALLOC_OFFSET && vaddr < VMALLOC_END)
				lines.push(...this.inVmalloc(vaddr));
			else if (vaddr >= PKMAP_BASE && vaddr < FIXADDR_TOP)
				lines.push(...this.inSlots(vaddr));
		}
		return {lines, pfn};
	}

	/** The lines for a frame. */
	frame(pfn) {
		const {slots, areas, highMemory} = this.model, direct = this.constants.PAGE_OFFSET + pfn * SIZE;

		if (direct < highMemory)
			return this.address(direct).lines;
		const slot = slots.find(found => found.pfn === pfn);
		if (slot)
			return this.address(this.slotAddress(slot)).lines;
		const area = areas.find(found => found.pfns.includes(pfn));
		if (area)
			return this.address(area.start + area.pfns.indexOf(pfn) * SIZE).lines;
		return [...this.page(pfn), ...this.besidePage(pfn)];
	}
}

export class Explainer {
	constructor(decoder) {
		this.decoder = decoder;
	}

	/** {lines, pfn} of an address. */
	address(kernel, model, vaddr) {
		return new Answer(this.decoder, kernel, model).address(vaddr);
	}

	/** Lines of a frame. */
	frame(kernel, model, pfn) {
		return new Answer(this.decoder, kernel, model).frame(pfn);
	}

	/** What is known of a frame without memory: lines. */
	summary(model, pfn) {
		const cell = model.cells[pfn], kind = this.decoder.kinds[cellKind(cell)];
		const text = this.decoder.names.texts[cellText(cell)], order = cellOrder(cell), head = blockHead(model, pfn);
		const zone = model.zones.find(found => pfn >= found.start && pfn < found.end);

		return [`pfn ${alternate(pfn)}: phys ${hex(pfn * SIZE)}${zone ? `, zone ${zone.name}` : ""}`,
			`  ${kind.name}${text ? `: ${text}` : ""}${order ? `, page ${pfn - head} of a block of order ${order}` : ""}`];
	}
}
