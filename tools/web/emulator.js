// SPDX-License-Identifier: MIT
/*
 * The kernel in this page: v86 emulates the machine, xterm.js is its serial line, and
 * memory is read in the emulator. What make viz-web adds to the page of tools/viz.
 *
 * v86 loads the ELF file itself, as a multiboot loader would. Parts of a PC that it lacks
 * (the trap flag, task gates) have self-tests; guest.json's command line names them, so
 * that they are reported as skipped.
 *
 * The address may say ?mem=256 (MiB) and ?append=selftest=all for another machine.
 */
import {V86} from "./libv86.js";
import {FitAddon} from "./addon-fit.js";
import {Terminal} from "./xterm.js";
import {EmulatorMemory} from "./memory.js";

const MIB = 1 << 20;
const THEME = {background: "#1b1e22", foreground: "#e8e6df", cursor: "#e8e6df", selectionBackground: "#4a5058"};
const PIECE = 16, PAUSE = 30;	// characters at once, milliseconds between: what is pasted must not overrun the guest
const KEPT = 1 << 20;		// characters of what was printed, for tests and for the curious

/** Start the guest that guest.json describes; its console goes into @box. Return: its memory. */
export async function startEmulator(guest, box) {
	const asked = new URLSearchParams(location.search);
	const terminal = makeTerminal(box);
	const emulator = new V86({
		wasm_path: "v86.wasm",
		bios: {url: "seabios.bin"},
		vga_bios: {url: "vgabios.bin"},
		multiboot: {url: guest.kernel},
		cmdline: commandLine(asked.get("append") ?? guest.append, guest.lacks),
		memory_size: Number(asked.get("mem") ?? guest.memory) * MIB,
		vga_memory_size: 16 * MIB,
		disable_keyboard: true,
		disable_mouse: true,
		disable_speaker: true,
		autostart: true,
	});
	const line = {text: "", send: paced(text => emulator.serial0_send(text))};

	let printed = [];
	emulator.add_listener("serial0-output-byte", byte => {
		if (printed.push(byte) === 1)
			setTimeout(() => {		// what comes in the meantime goes along
				line.text += String.fromCharCode(...printed);
				if (line.text.length > 2 * KEPT)
					line.text = line.text.slice(-KEPT);
				terminal.write(Uint8Array.from(printed));
				printed = [];
			});
	});
	terminal.onData(line.send);
	terminal.focus();
	window.serial = line;
	await new Promise(resolve => emulator.add_listener("emulator-started", resolve));
	return new EmulatorMemory(() => emulator.v86.cpu.mem8);
}

/** A function that sends text piece by piece, with pauses in which the guest takes it. */
function paced(send) {
	let waiting = "", timer = 0;
	const next = () => {
		timer = waiting ? setTimeout(next, PAUSE) : 0;
		if (waiting)
			send(waiting.slice(0, PIECE));
		waiting = waiting.slice(PIECE);
	};

	return text => {
		waiting += text;
		if (!timer)
			next();
	};
}

/** The kernel's options, where all self-tests are those that this machine has all for. */
function commandLine(append, lacks) {
	const options = /\bselftest=/.test(append) ? append : `${append} selftest=all`;

	return options.replace(/\bselftest=all\b/, `selftest=${lacks}`);
}

function makeTerminal(box) {
	const terminal = new Terminal({fontSize: 12.5, fontFamily: "ui-monospace, \"DejaVu Sans Mono\", Menlo, monospace",
				       theme: THEME, convertEol: false, scrollback: 5000});
	const fit = new FitAddon();

	document.head.append(Object.assign(document.createElement("link"), {rel: "stylesheet", href: "xterm.css"}));
	box.hidden = false;
	terminal.loadAddon(fit);
	terminal.open(box);
	new ResizeObserver(() => fit.fit()).observe(box);
	fit.fit();
	return terminal;
}
