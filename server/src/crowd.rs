//! Counting what many hold at once, so that one client does not hold all of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use auth::Subnet;

/// How many may hold something; cheap to clone.
#[derive(Clone)]
pub(crate) struct Crowd {
    most: usize,
    most_of_one: usize,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    all: usize,
    by_subnet: HashMap<Subnet, usize>,
}

impl Crowd {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Self {
        Self {
            most,
            most_of_one,
            held: Arc::default(),
        }
    }

    /// A place, until it is dropped. Who has no address counts only among all.
    pub(crate) fn enter(&self, client: Option<IpAddr>) -> Option<Place> {
        let subnet = client.map(Subnet::from);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.all >= self.most {
            return None;
        }
        if let Some(subnet) = subnet {
            let of_one = held.by_subnet.entry(subnet).or_default();
            if *of_one >= self.most_of_one {
                return None;
            }
            *of_one += 1;
        }
        held.all += 1;
        Some(Place {
            subnet,
            held: Arc::clone(&self.held),
        })
    }
}

/// What somebody holds.
pub(crate) struct Place {
    subnet: Option<Subnet>,
    held: Arc<Mutex<Held>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.all -= 1;
        if let Some(subnet) = &self.subnet
            && let Some(of_one) = held.by_subnet.get_mut(subnet)
        {
            *of_one -= 1;
            if *of_one == 0 {
                held.by_subnet.remove(subnet);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_place_is_free_again_when_it_is_given_up() {
        let crowd = Crowd::new(2, 2);
        let one = crowd.enter(address("203.0.113.1"));
        let other = crowd.enter(address("203.0.113.2"));
        assert!(one.is_some() && other.is_some());
        assert!(crowd.enter(address("203.0.113.3")).is_none());
        drop(one);
        assert!(crowd.enter(address("203.0.113.3")).is_some());
    }

    #[test]
    fn one_client_takes_its_part_at_most_and_nothing_is_left_of_it() {
        let crowd = Crowd::new(8, 2);
        let enter = |whose| {
            (0..9)
                .filter_map(|_| crowd.enter(whose))
                .collect::<Vec<_>>()
        };
        let of_one = enter(address("2001:db8::1"));
        assert_eq!(of_one.len(), 2);
        assert!(crowd.enter(address("2001:db8::ffff")).is_none());
        let of_all = enter(None);
        assert_eq!(of_all.len(), 6);
        drop((of_one, of_all));
        let held = crowd.held.lock().unwrap();
        assert!(held.all == 0 && held.by_subnet.is_empty());
    }
}
