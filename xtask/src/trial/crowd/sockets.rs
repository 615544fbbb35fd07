//! The connections of the crowd: kept by one thread, which costs next to nothing.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) idle: usize,
    pub(crate) slow_heads: usize,
    pub(crate) slow_bodies: usize,
    pub(crate) slow_readers: usize,
}

/// Each slow one moves once in that time.
const STEP: Duration = Duration::from_secs(1);

/// In how many parts they take their turns: not all at the same moment.
const PARTS: usize = 20;

/// In how many steps it is looked once whether an idle one is still there: to look costs more than to be idle.
const IDLE_STEPS: usize = 4;

/// How many large answers a slow reader asks for at once, so that they fill more than the buffers of the kernel.
const ASKED_AT_ONCE: usize = 40;

pub(super) struct Crowd {
    address: SocketAddr,
    /// The slow ones, then the idle ones.
    members: Vec<Member>,
    slow: usize,
    /// The path of a large file.
    large: String,
}

struct Member {
    manner: Manner,
    stream: TcpStream,
    sent: usize,
}

#[derive(Clone, Copy)]
enum Manner {
    Idle,
    SlowHead,
    SlowBody,
    SlowReader,
}

const HEAD: &[u8] = b"GET /login HTTP/1.1\r\nhost: localhost\r\nuser-agent: slow\r\nx-slow: ";
const BODY: &[u8] =
    b"POST /api/auth/local HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
    content-length: 60000\r\n\r\n{\"identifier\":\"";

impl Crowd {
    pub(super) fn gather(address: SocketAddr, sizes: Sizes, site: &Path) -> Result<Self> {
        let mut crowd = Self {
            address,
            members: Vec::new(),
            slow: sizes.slow_heads + sizes.slow_bodies + sizes.slow_readers,
            large: large_file(site)?,
        };
        let manners = [
            (Manner::SlowHead, sizes.slow_heads),
            (Manner::SlowBody, sizes.slow_bodies),
            (Manner::SlowReader, sizes.slow_readers),
            (Manner::Idle, sizes.idle),
        ];
        for (manner, count) in manners {
            for _ in 0..count {
                let member = crowd.come(manner).context("the crowd is not let in")?;
                crowd.members.push(member);
            }
        }
        Ok(crowd)
    }

    /// Stays until it is enough; returns how many were sent away meanwhile.
    pub(super) fn linger(mut self, enough: &AtomicBool) -> usize {
        let mut sent_away = 0;
        for turn in 0_usize.. {
            if enough.load(Ordering::Relaxed) {
                break;
            }
            let began = Instant::now();
            let slow = (turn % PARTS..self.slow).step_by(PARTS);
            let idle_parts = PARTS * IDLE_STEPS;
            let idle = (self.slow + turn % idle_parts..self.members.len()).step_by(idle_parts);
            for number in slow.chain(idle) {
                sent_away += usize::from(self.move_on(number));
            }
            thread::park_timeout((STEP / PARTS as u32).saturating_sub(began.elapsed()));
        }
        sent_away
    }

    /// Lets one do what it does; tells whether it had been sent away, and has come again.
    fn move_on(&mut self, number: usize) -> bool {
        let member = &mut self.members[number];
        if member.is_welcome() {
            return false;
        }
        let manner = member.manner;
        if let Ok(again) = self.come(manner) {
            self.members[number] = again;
        }
        true
    }

    fn come(&self, manner: Manner) -> Result<Member> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        if let Manner::SlowReader = manner {
            let request = format!("GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", self.large);
            stream.write_all(request.repeat(ASKED_AT_ONCE).as_bytes())?;
        }
        if let Manner::SlowBody = manner {
            stream.write_all(BODY)?;
        }
        stream.set_nonblocking(true)?;
        Ok(Member {
            manner,
            stream,
            sent: 0,
        })
    }
}

impl Member {
    /// Sends or reads a byte; tells whether the server still has it.
    fn is_welcome(&mut self) -> bool {
        match self.manner {
            Manner::Idle => self.reads_nothing(),
            Manner::SlowHead => self.send_one(HEAD, b'x') && self.reads_nothing(),
            Manner::SlowBody => self.send_one(b"", b'y') && self.reads_nothing(),
            Manner::SlowReader => match self.stream.read(&mut [0]) {
                Ok(read) => read > 0,
                Err(error) => error.kind() == ErrorKind::WouldBlock,
            },
        }
    }

    /// Sends the next byte of what it has to say, and goes on with more of the same.
    fn send_one(&mut self, text: &[u8], then: u8) -> bool {
        let byte = text.get(self.sent).copied().unwrap_or(then);
        self.sent += 1;
        self.stream.write_all(&[byte]).is_ok()
    }

    /// Whether there is neither an answer nor an end. Who was answered has been sent away.
    fn reads_nothing(&self) -> bool {
        let peeked = self.stream.peek(&mut [0]);
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

/// The path of the largest file that browsers get.
fn large_file(site: &Path) -> Result<String> {
    let folder = fs::read_dir(site.join("pkg")).context("there is no pkg folder in the site")?;
    let files = folder.flatten().filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        let size = file.metadata().ok()?.len();
        name.ends_with(".wasm").then_some((size, name))
    });
    let (_, name) = files.max().context("there is no WASM in the site")?;
    Ok(format!("/pkg/{name}"))
}
