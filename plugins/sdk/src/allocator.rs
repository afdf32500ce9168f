//! The allocator of a component: made for one call, after which the instance is gone.
//!
//! Blocks are cut from the end of memory and kept in lists by their size when they are given back;
//! nothing is ever joined or returned. That is a few steps where a general allocator takes hundreds.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::UnsafeCell;
use core::ptr::null_mut;

/// Sizes of blocks are powers of two from 16 bytes on.
const SMALLEST: u32 = 4;
const SIZES: usize = 28;
const PAGE: usize = 65_536;

/// Pages that memory grows by at least: growing is a call of the system.
const STEP: usize = 16;

#[expect(unsafe_code, reason = "the linker knows where the component's own data end")]
unsafe extern "C" {
    static __heap_base: u8;
}

/// The allocator.
pub struct Bump(UnsafeCell<State>);

struct State {
    next: usize,
    end: usize,
    free: [*mut u8; SIZES],
}

// A component has one thread.
#[expect(unsafe_code, reason = "shared by nobody: a component has one thread")]
unsafe impl Sync for Bump {}

impl Bump {
    /// Makes an allocator.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(State { next: 0, end: 0, free: [null_mut(); SIZES] }))
    }
}

impl State {
    /// Cuts a block from the end of memory; null when there is no more.
    fn cut(&mut self, size: usize, align: usize) -> *mut u8 {
        if self.end == 0 {
            // Behind the component's own data, up to the end of the memory that it began with.
            self.next = (&raw const __heap_base).addr();
            self.end = memory_size(0) * PAGE;
        }
        let mut block = self.next.next_multiple_of(align.max(1 << SMALLEST));
        if block + size > self.end {
            let needed = (block + size - self.end).div_ceil(PAGE);
            let mut before = memory_grow(0, needed.max(STEP));
            if before == usize::MAX {
                before = memory_grow(0, needed);
            }
            if before == usize::MAX {
                return null_mut();
            }
            if before * PAGE != self.end {
                // Somebody else grew the memory in between: its part is not ours.
                block = before * PAGE;
            }
            self.end = memory_size(0) * PAGE;
        }
        self.next = block + size;
        core::ptr::with_exposed_provenance_mut(block)
    }
}

/// Returns the list of blocks that hold so many bytes, and the size of its blocks.
fn class(layout: Layout) -> (usize, usize) {
    let size = layout.size().max(layout.align()).max(1 << SMALLEST).next_power_of_two();
    ((size.trailing_zeros() - SMALLEST) as usize, size)
}

#[expect(unsafe_code, reason = "this is what an allocator is")]
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (list, size) = class(layout);
        // SAFETY: one thread, and nothing in here allocates.
        let state = unsafe { &mut *self.0.get() };
        let block = state.free[list];
        if block.is_null() {
            return state.cut(size, layout.align());
        }
        // SAFETY: a free block begins with the address of the next one.
        state.free[list] = unsafe { block.cast::<*mut u8>().read() };
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (list, _) = class(layout);
        // SAFETY: one thread; the block is ours and has at least 16 bytes.
        unsafe {
            let state = &mut *self.0.get();
            block.cast::<*mut u8>().write(state.free[list]);
            state.free[list] = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the alignment, and the size is not zero.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // A block that shrinks stays where it is, and later counts as a smaller one.
        if class(wanted) <= class(layout) {
            return block;
        }
        // SAFETY: both blocks are ours and hold so many bytes.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
