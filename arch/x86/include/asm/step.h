/* SPDX-License-Identifier: MIT */
/* step_call.asm: call @fn with the trap flag set, and clear it afterwards. */
#ifndef ASM_STEP_H
#define ASM_STEP_H

void step_call(void (*fn)(void *arg), void *arg);
extern const char step_call_end[];

#endif
