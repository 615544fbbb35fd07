//! A log that can be read.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::telemetry::{Colours, Listeners, LogFormat, filter, log};

#[derive(Clone, Default)]
pub(crate) struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    /// What writes on it, as the program writes its log.
    pub(crate) fn subscriber(
        &self,
        format: LogFormat,
        wanted: &str,
    ) -> impl Subscriber + Send + Sync + use<> {
        self.subscriber_among(Listeners::Log, format, wanted)
    }

    /// The same where others listen, too.
    pub(crate) fn subscriber_among(
        &self,
        listeners: Listeners,
        format: LogFormat,
        wanted: &str,
    ) -> impl Subscriber + Send + Sync + use<> {
        let page = self.clone();
        let wanted = filter(wanted).unwrap();
        let lines = log(format, move || page.clone(), Colours::None);
        tracing_subscriber::registry().with(wanted.of(lines, listeners))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
