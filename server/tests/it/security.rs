//! What holds on every page and every route alike, whatever else they do.

mod cross_site;
mod document;
mod failure;
mod files;
mod headers;
mod hosts;
mod input;
mod methods;
mod pages;
mod passwords;
