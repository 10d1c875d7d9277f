//! The rules that the reader of manifests uses, one file each. Each file says where it is decided.

mod cam_001;
mod cam_003;
mod cam_004;
mod cam_005;
mod cam_006;
mod cam_009;
mod cam_010;
mod cam_012;
mod cam_014;
mod cam_015;
mod cam_016;
mod cam_017;
mod cam_018;
mod cam_019;
mod cam_020;
mod cam_022;
mod cam_023;
mod cam_028;
mod cam_030;
mod cam_032;
mod cam_042;
mod cam_047;
mod kw_002;
mod kw_003;
mod kw_004;
mod kw_005;
mod kw_006;
mod kw_007;
mod kw_008;
mod kw_009;
mod kw_015;
mod kw_117;
mod mft_001;
mod mft_005;
mod mft_006;
mod mft_013;
mod mft_046;

rules! {
    cam_001::CAM_001, cam_003::CAM_003, cam_004::CAM_004, cam_005::CAM_005, cam_006::CAM_006, cam_009::CAM_009,
    cam_010::CAM_010, cam_012::CAM_012, cam_014::CAM_014, cam_015::CAM_015, cam_016::CAM_016, cam_017::CAM_017,
    cam_018::CAM_018, cam_019::CAM_019, cam_020::CAM_020, cam_022::CAM_022, cam_023::CAM_023, cam_028::CAM_028,
    cam_030::CAM_030, cam_032::CAM_032, cam_042::CAM_042, cam_047::CAM_047, kw_002::KW_002, kw_003::KW_003,
    kw_004::KW_004, kw_005::KW_005, kw_006::KW_006, kw_007::KW_007, kw_008::KW_008, kw_009::KW_009, kw_015::KW_015,
    kw_117::KW_117,
    mft_001::MFT_001, mft_005::MFT_005, mft_006::MFT_006, mft_013::MFT_013,
    mft_046::MFT_046
}

pub use ids::*;
