//! Two nodes over one database, for all the histories of a test.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use time::OffsetDateTime;
use tokio::runtime::Runtime;

use crate::Auth;
use crate::tests::scratch::Scratch;
use crate::tests::{NOW, config};

/// What the histories of one test share: each has an account of its own, at a later time.
pub(super) struct World {
    pub(super) runtime: Runtime,
    pub(super) scratch: Scratch,
    pub(super) nodes: RefCell<[Auth; 2]>,
    /// When the next history begins.
    pub(super) now: Cell<OffsetDateTime>,
    pub(super) accounts: Cell<u32>,
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

impl World {
    pub(super) fn begin() {
        // One thread: a mistake that is seeded in this thread is made there.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let scratch = Scratch::new();
        let open = || runtime.block_on(Auth::open(config(&scratch), NOW)).unwrap();
        let nodes = RefCell::new([open(), open()]);
        let world = Self {
            runtime,
            scratch,
            nodes,
            now: Cell::new(NOW),
            accounts: Cell::new(0),
        };
        WORLD.set(Some(Rc::new(world)));
    }

    /// The one that has begun.
    pub(super) fn current() -> Rc<Self> {
        let world = WORLD.with_borrow(Clone::clone);
        world.expect("the world has begun")
    }

    pub(super) fn node(&self, node: usize) -> Auth {
        self.nodes.borrow()[node].clone()
    }
}
