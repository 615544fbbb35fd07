//! Argon2 (RFC 9106): `argon2-rust` computes it, `argon2` reads and writes the PHC strings.
//!
//! Which of them does what was measured; the reasons are in `docs/performance.md`. No string that
//! somebody stored is read by the faster one: it gets numbers that were checked, and bytes.

#[cfg(test)]
mod tests;

use argon2::Params;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2_rust::params::{Memory, TagLen};
use argon2_rust::{Algorithm, Argon2, Hasher, Version};

use crate::error::{Error, Result};
use crate::hasher::Cost;
use crate::secret;

/// The most memory that a stored hash may ask for, in KiB, unless the setting asks for more.
const MEMORY_LIMIT: u32 = 1 << 20;

/// The most work that a stored hash may ask for, in KiB filled: one or two seconds of a worker.
const WORK_LIMIT: u64 = 4 << 20;

/// Hashes with memory that it keeps between hashes.
///
/// What is in the memory after a hash leads back to its first block, which is made of the password by a
/// fast hash: whoever read it could guess as if there were no argon2. So the crate wipes it before it
/// gives the hash out.
pub(crate) struct Argon {
    cost: Cost,
    usual: Argon2,
    hasher: Hasher,
}

impl Argon {
    /// Allocates nothing: the first hash does.
    ///
    /// # Errors
    /// When there is no argon2 of this cost.
    pub(crate) fn new(cost: Cost) -> Result<Self> {
        let params = params(cost, Params::DEFAULT_OUTPUT_LEN)?;
        let usual = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self {
            cost,
            usual,
            hasher: usual.hasher(),
        })
    }

    /// Returns a PHC string with a new random salt.
    pub(crate) fn hash(&mut self, password: &[u8]) -> Result<String> {
        self.hash_with_salt(password, &secret::random::<16>())
    }

    fn hash_with_salt(&mut self, password: &[u8], salt: &[u8]) -> Result<String> {
        let mut tag = [0; Params::DEFAULT_OUTPUT_LEN];
        self.hasher.set_argon2(self.usual);
        self.hasher
            .hash_into(password, salt, &mut tag)
            .map_err(Error::internal)?;
        let Cost {
            memory,
            iterations,
            parallelism,
        } = self.cost;
        let params = Params::new(memory, iterations, parallelism, None).map_err(Error::internal)?;
        let phc = Phc {
            algorithm: argon2::Algorithm::Argon2id.ident(),
            version: Some(argon2::Version::V0x13.into()),
            params: ParamsString::try_from(params).map_err(Error::internal)?,
            salt: Some(Salt::new(salt).map_err(Error::internal)?),
            hash: Some(Output::new(&tag).map_err(Error::internal)?),
        };
        Ok(phc.to_string())
    }

    /// Whether the hash was made from this password.
    pub(crate) fn is_right(&mut self, password: &[u8], stored: &Stored) -> Result<bool> {
        let mut tag = [0; Output::MAX_LENGTH];
        let tag = &mut tag[..stored.tag.len()];
        let params = params(stored.cost, tag.len())?;
        let argon2 = Argon2::new(stored.algorithm, stored.version, params);
        let (salt, data) = (stored.salt.as_ref(), stored.data.as_slice());
        if stored.cost.memory > self.cost.memory {
            // With memory of its own: what is kept stays as large as the setting says.
            argon2.hash_into_with_ad(password, salt, &[], data, tag)
        } else {
            self.hasher.set_argon2(argon2);
            self.hasher
                .hash_into_with_ad(password, salt, &[], data, tag)
        }
        .map_err(Error::internal)?;
        // `Output` compares in constant time.
        Ok(Output::new(tag).map_err(Error::internal)? == stored.tag)
    }

    /// Whether what was stored is what would be stored today.
    pub(crate) fn is_current(&self, stored: &Stored) -> bool {
        stored.cost == self.cost
            && stored.algorithm == Algorithm::Argon2id
            && stored.version == Version::V0x13
            && stored.data.is_empty()
            && stored.tag.len() == Params::DEFAULT_OUTPUT_LEN
    }

    /// Gives the memory back to the system, for a worker that has nothing to do.
    pub(crate) fn give_back(&mut self) {
        self.hasher.clear();
    }

    /// The memory that is kept, in KiB.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.hasher.reserved_blocks()
    }
}

/// Computes the example of RFC 9106, 5.3. Which instructions compute is decided on the machine itself:
/// where they are wrong, nothing must start, as what they make could be verified nowhere else.
///
/// # Errors
/// When the result is another than the one in the RFC.
pub(crate) fn check() -> Result<()> {
    const EXPECTED: [u8; 32] = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53,
        0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01,
        0xe6, 0x59,
    ];
    let cost = Cost {
        memory: 32,
        iterations: 3,
        parallelism: 4,
    };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(cost, 32)?);
    let mut tag = [0; 32];
    argon2
        .hash_into_with_ad(&[1; 32], &[2; 16], &[3; 8], &[4; 12], &mut tag)
        .map_err(Error::internal)?;
    match tag == EXPECTED {
        true => Ok(()),
        false => Err(Error::internal(
            "argon2 is computed wrongly on this machine",
        )),
    }
}

/// An argon2 hash as it was stored, with parameters that may be worked with.
pub(crate) struct Stored {
    algorithm: Algorithm,
    version: Version,
    cost: Cost,
    salt: Salt,
    data: Vec<u8>,
    tag: Output,
}

impl Stored {
    /// Reads a PHC string; none where it is not one of argon2, or asks for more work than is
    /// sensible. `usual` is the cost of today, which always is.
    pub(crate) fn parse(text: &str, usual: Cost) -> Option<Self> {
        let phc = Phc::new(text).ok()?;
        let algorithm = match phc.algorithm.as_str() {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return None,
        };
        // The reference writes no version where it is the first one.
        let version = Version::from_u32(phc.version.unwrap_or(0x10))?;
        let params = Params::try_from(&phc).ok()?;
        let cost = Cost {
            memory: params.m_cost(),
            iterations: params.t_cost(),
            parallelism: params.p_cost(),
        };
        let is_sensible = cost.memory <= MEMORY_LIMIT && work(cost) <= WORK_LIMIT;
        (is_sensible || cost == usual).then_some(())?;
        Some(Self {
            algorithm,
            version,
            cost,
            salt: phc.salt?,
            data: params.data().to_vec(),
            tag: phc.hash?,
        })
    }
}

fn work(cost: Cost) -> u64 {
    u64::from(cost.memory) * u64::from(cost.iterations)
}

fn params(cost: Cost, length: usize) -> Result<argon2_rust::Params> {
    argon2_rust::Params::builder()
        .memory(Memory::kib(cost.memory.into()))
        .passes(cost.iterations)
        .lanes(cost.parallelism)
        .tag_len(TagLen::bytes(length as u64))
        .build()
        .map_err(Error::internal)
}
