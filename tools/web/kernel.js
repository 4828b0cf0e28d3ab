// SPDX-License-Identifier: MIT
/*
 * The kernel in a memory, by the words of a layout: tools/k896/kernel.py for the browser.
 *
 * A Layout is made of the JSON that tools/k896/export.py writes from the kernel's DWARF;
 * no offset, size or enumerator is written down here. A Kernel reads through it, by
 * kernel addresses: numbers in the direct map by subtracting PAGE_OFFSET, all others by
 * the kernel's own page directory.
 */

const PRESENT = 1, LARGE = 0x80;
const LIST_LIMIT = 1 << 20;

/** Does an entry of a directory lead to a page table? */
export const isTable = entry => (entry & (PRESENT | LARGE)) === PRESENT;

export class Layout {
	constructor(json) {
		this.json = json;
		this.constants = json.constants;
		this.enums = json.enums;
		this.paths = new Map();
	}

	size(struct) {
		return this.json.structs[struct].size;
	}

	/** [offset, type] of "field", or of "field.field" through structures in structures. */
	field(struct, path) {
		const key = `${struct} ${path}`;
		let found = this.paths.get(key);

		if (!found) {
			let offset = 0, type = `{${struct}}`;
			for (const name of path.split(".")) {
				const [more, inner] = this.json.structs[type.slice(1, -1)].fields[name];
				offset += more;
				type = inner;
			}
			found = [offset, type];
			this.paths.set(key, found);
		}
		return found;
	}

	offset(struct, path) {
		return this.field(struct, path)[0];
	}

	/** How many elements an array has: of a field, or of a variable when @path is missing. */
	count(struct, path) {
		const type = path ? this.field(struct, path)[1] : this.json.variables[struct][1];

		return Number(type.match(/^\[(\d+)\]/)[1]);
	}

	address(variable) {
		return this.json.variables[variable][0];
	}

	/** [name, offset, size] of the function at an address, or null. */
	lookup(address, [addresses, names] = this.json.functions) {
		let low = 0, high = addresses.length;

		while (low < high) {
			const middle = (low + high) >> 1;
			if (addresses[middle] <= address)
				low = middle + 1;
			else
				high = middle;
		}
		if (low === 0 || low === addresses.length || !names[low - 1])
			return null;
		return [names[low - 1], address - addresses[low - 1], addresses[low] - addresses[low - 1]];
	}

	/** An address as the kernel's %pS prints it. */
	symbol(address) {
		return placeText(this.lookup(address)) ?? hex(address);
	}

	/** Likewise of the variable. */
	object(address) {
		return this.lookup(address, this.json.objects);
	}

	/** The address of a function or of a variable, or undefined. */
	find(name) {
		for (const [addresses, names] of [this.json.functions, this.json.objects])
			if (name && names.includes(name))
				return addresses[names.indexOf(name)];
		return this.json.symbols[name];
	}
}

/** name+offset/size of what lookup() found, or null. */
export function placeText(found) {
	return found && `${found[0]}+0x${found[1].toString(16)}/0x${found[2].toString(16)}`;
}

/** 0x and eight digits. */
export function hex(number, digits = 8) {
	return `0x${number.toString(16).padStart(digits, "0")}`;
}

export class Kernel {
	constructor(layout, memory) {
		this.layout = layout;
		this.memory = memory;
		this.constants = layout.constants;
		this.pageOffset = layout.constants.PAGE_OFFSET;
		this.imageEnd = layout.json.symbols._end;
		this.directEnd = this.imageEnd;		// until high_memory could be read
		this.directEnd = Math.max(this.imageEnd, this.variable("high_memory"));
	}

	/** Physical address, or -1 when nothing is mapped there. */
	phys(vaddr) {
		if (vaddr >= this.pageOffset && vaddr < this.directEnd)
			return vaddr - this.pageOffset;
		const levels = this.walk(vaddr);
		return levels[levels.length - 1].target;
	}

	/*
	 * The processor's way to an address: [{table, index, entry, target}], target the
	 * physical address that the level leads to, -1 when the entry is not present.
	 */
	walk(vaddr, directory = this.layout.json.symbols.swapper_pg_dir - this.pageOffset) {
		const pgd = this.entry(directory, vaddr >>> 22);
		const levels = [{table: "pgd", at: directory, index: vaddr >>> 22, entry: pgd, target: -1}];

		if (!(pgd & PRESENT))
			return levels;
		if (pgd & LARGE) {
			levels[0].target = ((pgd & 0xffc00000) | (vaddr & 0x3fffff)) >>> 0;
			return levels;
		}
		levels[0].target = (pgd & 0xfffff000) >>> 0;
		const index = (vaddr >>> 12) & 1023;
		const pte = this.entry(levels[0].target, index);
		levels.push({table: "pte", at: levels[0].target, index, entry: pte,
			     target: pte & PRESENT ? ((pte & 0xfffff000) | (vaddr & 0xfff)) >>> 0 : -1});
		return levels;
	}

	/** Entry @index of the table at a physical address. */
	entry(table, index) {
		const words = this.memory.page(table >>> 12);

		return words ? words[index] : 0;
	}

	u32(vaddr) {
		const phys = this.phys(vaddr);
		const words = phys < 0 ? null : this.memory.page(phys >>> 12);

		if (!words)
			return 0;
		if (phys & 3)		// not aligned: from the bytes, which lie within the page for what is read here
			return (this.u8(vaddr) | this.u8(vaddr + 1) << 8 | this.u8(vaddr + 2) << 16 | this.u8(vaddr + 3) << 24) >>> 0;
		return words[(phys >>> 2) & 1023];
	}

	u8(vaddr) {
		const phys = this.phys(vaddr);
		const words = phys < 0 ? null : this.memory.page(phys >>> 12);

		return words ? (words[(phys >>> 2) & 1023] >>> 8 * (phys & 3)) & 0xff : 0;
	}

	/** A number of the type that the layout gives. */
	number(type, address) {
		switch (type) {
		case "u1": return this.u8(address);
		case "i1": return this.u8(address) << 24 >> 24;
		case "u2": return this.u8(address) | this.u8(address + 1) << 8;
		case "i4": return this.u32(address) | 0;
		default: return this.u32(address);
		}
	}

	/** A field of the structure at an address. */
	read(struct, address, path) {
		const [offset, type] = this.layout.field(struct, path);

		return this.number(type, address + offset);
	}

	/** A variable that is a number or a pointer; or a field of one that is a structure. */
	variable(name, path) {
		const [address, type] = this.layout.json.variables[name];

		return path ? this.read(type.slice(1, -1), address, path) : this.number(type, address);
	}

	/** A CPU's copy of a per-CPU address. */
	perCpu(address, cpu) {
		return (address + this.u32(this.layout.address("__per_cpu_offset") + 4 * cpu)) >>> 0;
	}

	/** The string at an address. */
	text(address, limit = 64) {
		let text = "";

		for (let i = 0; address && i < limit; i++) {
			const code = this.u8(address + i);
			if (!code)
				break;
			text += String.fromCharCode(code);
		}
		return text;
	}

	/** Addresses of the structures on a list; stops at what is no list any more. */
	list(head, struct, member, limit = LIST_LIMIT) {
		const offset = this.layout.offset(struct, member);
		const found = [], seen = new Set();
		let node = this.u32(head);

		while (node && node !== head && found.length < limit && !seen.has(node)) {
			seen.add(node);
			found.push(node - offset);
			node = this.u32(node);
		}
		return found;
	}

	/** Is the kernel's image in memory? */
	loaded() {
		const [address, bytes] = this.layout.json.witness;

		for (let i = 0; i < bytes.length / 2; i++)
			if (this.u8(address + i) !== parseInt(bytes.slice(2 * i, 2 * i + 2), 16))
				return false;
		return true;
	}
}
