//! Rules about applications.

mod cam_013;

rules! { cam_013::CAM_013 }
